namespace MLTransfer.Data;

/// <summary>Which entries of an archive are images.</summary>
internal static class ArchiveNames
{
    // What macOS adds to archives.
    private const string Leftovers = "__MACOSX";

    /// <summary>By its extension; nothing hidden.</summary>
    public static bool IsImage(string name) => ImageFiles.IsImage(name) && !IsHidden(name);

    /// <summary>Whether its name, or that of a folder above it, begins with a dot, or macOS has added it.</summary>
    public static bool IsHidden(string name)
    {
        foreach (Range part in name.AsSpan().SplitAny('/', '\\'))
        {
            if (name.AsSpan(part) is not "." && (name.AsSpan(part).StartsWith('.') || name.AsSpan(part) is Leftovers))
                return true;
        }
        return false;
    }

    public static string[] Odd(int links) =>
        links == 0 ? [] : [$"{links:N0} {(links == 1 ? "entry is a link or a device" : "entries are links or devices")} and left out."];
}
