namespace MLTransfer.Data;

/// <summary>Finds files that look like pictures.</summary>
internal static class PictureFiles
{
    internal static readonly IReadOnlyList<string> Extensions = 
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff",
        ".ppm", ".pgm", ".pbm", ".pnm", ".heic", ".heif", ".avif", ".jxl",
    ];

    /// <summary>Pictures directly in a folder, by ordinal name.</summary>
    internal static IEnumerable<string> In(string folder) =>
        Visible(Directory.EnumerateFiles(folder)).Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase));

    /// <summary>Folders directly in a folder, by ordinal name.</summary>
    internal static IEnumerable<string> SubFolders(string folder) => Visible(Directory.EnumerateDirectories(folder));

    /// <summary>Pictures in a folder and below, by ordinal path of the folder, then by name.</summary>
    internal static IReadOnlyList<string> Below(string folder)
    {
        List<string> folders = [];
        Collect(folder, folders, []);
        return folders.Order(StringComparer.Ordinal).SelectMany(In).ToList();
    }

    private static void Collect(string folder, List<string> found, HashSet<string> ancestors)
    {
        // A link to a folder above would lead round and round.
        string real = Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
        if (!ancestors.Add(real))
            return;
        found.Add(folder);
        foreach (string below in SubFolders(folder))
            Collect(below, found, ancestors);
        ancestors.Remove(real);
    }

    private static IEnumerable<string> Visible(IEnumerable<string> paths) =>
        paths.Where(path => !Path.GetFileName(path.AsSpan()).StartsWith('.')).Order(StringComparer.Ordinal);
}
