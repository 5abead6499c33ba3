using System.Globalization;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// A folder with everything below it. Each folder is visited once, whatever links lead to it; a folder that is reached both directly and
/// by a link counts at its real location.
/// </summary>
internal sealed class FolderTree
{
    private readonly List<FolderTree> _folders = [];
    private readonly List<string> _files = [], _hidden = [], _repeated = [];

    private FolderTree(string path) => Path = path;

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The sub-folders in ordinal order, without hidden ones.</summary>
    public IReadOnlyList<FolderTree> Folders => _folders;

    /// <summary>The files directly in it in ordinal order, without hidden ones.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Hidden files and folders directly in it; hidden folders are not entered.</summary>
    public IReadOnlyList<string> Hidden => _hidden;

    /// <summary>Links directly in it to folders that are visited elsewhere.</summary>
    public IReadOnlyList<string> Repeated => _repeated;

    /// <summary>The images directly in it.</summary>
    public IEnumerable<string> Images => _files.Where(ImageFiles.IsImage);

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static FolderTree Read(string folder)
    {
        FolderTree tree = new(folder);
        Walk walk = new();
        walk.From(tree);
        return tree;
    }

    /// <summary>The folder itself and all below it, in ordinal order of their paths.</summary>
    public IReadOnlyList<FolderTree> All()
    {
        List<FolderTree> all = [this];
        for (int next = 0; next < all.Count; next++)
            all.AddRange(all[next]._folders);
        return [.. all.OrderBy(folder => folder.Path, StringComparer.Ordinal)];
    }

    /// <summary>The images in it and below, by ordinal path of their folder, then by name.</summary>
    public IEnumerable<string> AllImages() => All().SelectMany(folder => folder.Images);

    private sealed class Walk
    {
        private readonly HashSet<string> _visited = new(FolderIdentity.Comparer);
        private readonly Queue<(FolderTree Parent, string Path)> _links = [];

        public void From(FolderTree root)
        {
            _visited.Add(FolderIdentity.Identify(root.Path));
            Fill(root);
            // Links come last, so that a folder of the tree itself counts at its real location.
            while (_links.TryDequeue(out var link))
                Enter(link.Parent, link.Path);
        }

        private void Enter(FolderTree parent, string path)
        {
            if (!_visited.Add(FolderIdentity.Identify(path)))
            {
                parent._repeated.Add(path);
                return;
            }
            FolderTree folder = new(path);
            Fill(folder);
            parent._folders.Add(folder);
            parent._folders.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        }

        private void Fill(FolderTree folder)
        {
            var entries = UnixNames.ListFolder(folder.Path).OrderBy(entry => entry.Name, StringComparer.Ordinal);
            foreach ((string name, bool isFolder, bool isLink) in entries)
            {
                string path = System.IO.Path.Combine(folder.Path, name);
                if (name.StartsWith('.'))
                    folder._hidden.Add(path);
                else if (!isFolder)
                    folder._files.Add(path);
                else if (isLink)
                    _links.Enqueue((folder, path));
                else
                    Enter(folder, path);
            }
        }
    }
}

/// <summary>
/// Identifies folders, whatever paths lead to them: by device and inode where they are known, else by the path with all links resolved.
/// </summary>
internal static class FolderIdentity
{
    /// <summary>Paths on Windows and macOS are case-insensitive.</summary>
    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    public static string Identify(string folder) =>
        UnixNames.Inspect(folder) is { Identity: { Inode: > 0 } identity }
            ? string.Create(CultureInfo.InvariantCulture, $"{identity.Device}:{identity.Inode}")
            : ResolveLinks(Path.GetFullPath(folder));

    private static string ResolveLinks(string path)
    {
        char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
        string resolved = Path.GetPathRoot(path)!;
        foreach (string part in path[resolved.Length..].Split(separators, StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            if (Directory.ResolveLinkTarget(resolved, returnFinalTarget: true) is { } target)
                resolved = ResolveLinks(target.FullName);
        }
        return resolved;
    }
}

/// <summary>Which files count as images, by their extensions.</summary>
internal static class ImageFiles
{
    internal static readonly IReadOnlyList<string> Extensions =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff",
        ".ppm", ".pgm", ".pbm", ".pnm", ".heic", ".heif", ".avif", ".jxl",
    ];

    // Image formats that are not supported.
    private static readonly string[] OtherFormats =
    [
        ".hif", ".jp2", ".j2k", ".jpf", ".jpx", ".jpm", ".jxr", ".qoi", ".tga", ".psd", ".exr", ".hdr", ".ico", ".svg", ".pcx", ".dds",
        ".dcm",
        ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw",
    ];

    internal static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an extension is that of an unsupported image format.</summary>
    internal static bool IsUnreadImage(string extension) => OtherFormats.Contains(extension, StringComparer.OrdinalIgnoreCase);
}
