using MLTransfer.Data.Cards;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>Collects what is not read, by kind.</summary>
internal sealed class LeftOutList
{
    private readonly Dictionary<(LeftOutKind Kind, string? Extension), List<string>> _names = [];

    public void Add(LeftOutKind kind, string name)
    {
        var key = (kind, kind == LeftOutKind.Format ? Path.GetExtension(name).ToLowerInvariant() : null);
        if (!_names.TryGetValue(key, out List<string>? names))
            _names.Add(key, names = []);
        names.Add(UnixNames.Shown(name));
    }

    /// <summary>What is not read in a folder and below it, whatever its place; names are relative to the root.</summary>
    public void AddBelow(string root, FolderTree folder)
    {
        foreach (FolderTree below in folder.All())
            AddIn(root, below);
    }

    /// <summary>What is not read directly in a folder.</summary>
    public void AddIn(string root, FolderTree folder)
    {
        AddAll(LeftOutKind.Format, root, folder.Files.Where(path => !ImageFiles.IsImage(path)));
        // Our own note in a data set that was downloaded is no news.
        AddAll(LeftOutKind.Hidden, root, folder.Hidden.Where(path => Path.GetFileName(path) != DatasetReceipt.FileName));
        AddAll(LeftOutKind.Repeated, root, folder.Repeated);
    }

    public void AddAll(LeftOutKind kind, string root, IEnumerable<string> paths)
    {
        foreach (string path in paths)
            Add(kind, Path.GetRelativePath(root, path));
    }

    /// <summary>Kinds that may be images first, then by number.</summary>
    public IReadOnlyList<LeftOutFiles> ToList() =>
    [
        .. _names.Select(entry => new LeftOutFiles(entry.Key.Kind, entry.Key.Extension, [.. entry.Value.Order(StringComparer.Ordinal)]))
            .OrderByDescending(files => files.MayBeImages).ThenBy(files => files.Kind).ThenByDescending(files => files.Names.Count)
            .ThenBy(files => files.Extension, StringComparer.Ordinal),
    ];
}
