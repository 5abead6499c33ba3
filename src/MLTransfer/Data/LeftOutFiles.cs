using MLTransfer.Data.Cards;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>Files and folders of one kind in a data set's folder or archive that are not read.</summary>
/// <param name="Kind">Why they are not read.</param>
/// <param name="Extension">For <see cref="LeftOutKind.Format"/>, the extension in lower case with its dot, empty for names without one;
/// otherwise null.</param>
/// <param name="Names">Their paths below the folder, or their names in the archive, in ordinal order.</param>
internal sealed record LeftOutFiles(LeftOutKind Kind, string? Extension, IReadOnlyList<string> Names)
{
    private const int Named = 3;

    /// <summary>
    /// Whether images may be missing: the extension is that of an image format, images are outside the class folders, or a link is not
    /// followed.
    /// </summary>
    public bool MayBeImages => Kind switch
    {
        LeftOutKind.Format => ImageFiles.IsUnreadImage(Extension ?? ""),
        LeftOutKind.Hidden => false,
        _ => true,
    };

    /// <summary>Count, kind and the first names, such as <c>20 .heic ('b/1.heic', 'b/2.heic', 'b/3.heic', …)</c>.</summary>
    public override string ToString()
    {
        string kind = Kind switch
        {
            LeftOutKind.Format => Extension is { Length: > 0 } ? Extension : "without an extension",
            LeftOutKind.Hidden => "hidden",
            LeftOutKind.Stray => "outside the class folders",
            _ => $"{(Names.Count == 1 ? "link" : "links")} to a folder that is read already",
        };
        string names = string.Join(", ", Names.Take(Named).Select(name => $"'{name}'"));
        return $"{Names.Count:N0} {kind} ({names}{(Names.Count > Named ? ", …" : "")})";
    }

    /// <summary>One sentence about all kinds; null where nothing is left out.</summary>
    internal static string? Sentence(string place, IReadOnlyList<LeftOutFiles> leftOut)
    {
        if (leftOut.Count == 0)
            return null;
        int count = leftOut.Sum(files => files.Names.Count);
        string remedy = leftOut.Any(files => files.Kind == LeftOutKind.Format && files.MayBeImages)
            ? " Convert images that should count to PNG or JPEG."
            : "";
        string what = count == 1 ? "file or folder is" : "files or folders are";
        return $"In '{place}', {count:N0} {what} not read: {string.Join(", ", leftOut)}.{remedy}";
    }
}

/// <summary>Why a file or folder is not read.</summary>
internal enum LeftOutKind
{
    /// <summary>Its extension is not that of a supported format.</summary>
    Format,

    /// <summary>It is hidden: its name, or that of a folder above it, begins with a dot.</summary>
    Hidden,

    /// <summary>An image, or a folder, outside the class folders.</summary>
    Stray,

    /// <summary>A link to a folder that is read elsewhere in the same data set.</summary>
    Repeated,
}

/// <summary>Collects files that are not read, by kind.</summary>
internal sealed class LeftOutList
{
    private readonly Dictionary<(LeftOutKind Kind, string? Extension), List<string>> _names = [];

    public void Add(LeftOutKind kind, string name)
    {
        var key = (kind, kind == LeftOutKind.Format ? Path.GetExtension(name).ToLowerInvariant() : null);
        if (!_names.TryGetValue(key, out List<string>? names))
            _names.Add(key, names = []);
        names.Add(UnixNames.ToDisplay(name));
    }

    /// <summary>Adds the files that are not read in a folder and below it; names are relative to the root.</summary>
    public void AddBelow(string root, FolderTree folder)
    {
        foreach (FolderTree below in folder.All())
            AddIn(root, below);
    }

    /// <summary>Adds the files directly in a folder that are not read.</summary>
    public void AddIn(string root, FolderTree folder)
    {
        AddAll(LeftOutKind.Format, root, folder.Files.Where(path => !ImageFiles.IsImage(path)));
        // The receipt of a downloaded data set is not worth a warning.
        AddAll(LeftOutKind.Hidden, root, folder.Hidden.Where(path => Path.GetFileName(path) != DatasetReceipt.FileName));
        AddAll(LeftOutKind.Repeated, root, folder.Repeated);
    }

    public void AddAll(LeftOutKind kind, string root, IEnumerable<string> paths)
    {
        foreach (string path in paths)
            Add(kind, Path.GetRelativePath(root, path));
    }

    /// <summary>Kinds that may be images first, then by count.</summary>
    public IReadOnlyList<LeftOutFiles> ToList() =>
    [
        .. _names.Select(entry => new LeftOutFiles(entry.Key.Kind, entry.Key.Extension, [.. entry.Value.Order(StringComparer.Ordinal)]))
            .OrderByDescending(files => files.MayBeImages).ThenBy(files => files.Kind).ThenByDescending(files => files.Names.Count)
            .ThenBy(files => files.Extension, StringComparer.Ordinal),
    ];
}
