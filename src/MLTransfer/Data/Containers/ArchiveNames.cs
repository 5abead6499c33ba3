namespace MLTransfer.Data.Containers;

/// <summary>Which entries of an archive are pictures.</summary>
internal static class ArchiveNames
{
    // What macOS adds to archives.
    private const string Leftovers = "__MACOSX";

    /// <summary>By its extension; nothing hidden.</summary>
    public static bool IsPicture(string name)
    {
        if (!PictureFiles.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            return false;
        foreach (Range part in name.AsSpan().SplitAny('/', '\\'))
        {
            if (name.AsSpan(part) is not "." && (name.AsSpan(part).StartsWith('.') || name.AsSpan(part) is Leftovers))
                return false;
        }
        return true;
    }

    public static string[] Odd(int links) =>
        links == 0 ? [] : [$"{links:N0} {(links == 1 ? "entry is a link or a device" : "entries are links or devices")} and left out."];
}
