using System.Text;

namespace MLTransfer.Files;

/// <summary>
/// Finds files that the disk spells otherwise than a list or a command does: in another form of Unicode, or with bytes that are no UTF-8.
/// What folders hold is remembered.
/// </summary>
internal sealed class SpelledPaths
{
    private readonly Dictionary<string, Dictionary<string, string>> _folders = new(StringComparer.Ordinal);

    /// <summary>The path as the disk spells it; the path itself where nothing of the name is there.</summary>
    public string OnDisk(string path)
    {
        if (Ascii.IsValid(path) || UnixNames.Exists(path) || Path.GetDirectoryName(path) is not { } folder)
            return path;
        string parent = folder.Length == 0 ? "" : OnDisk(folder);
        string found = Names(parent).GetValueOrDefault(Key(Path.GetFileName(path)), "");
        return found.Length > 0 ? Path.Combine(parent, found) : path;
    }

    private Dictionary<string, string> Names(string folder)
    {
        if (_folders.TryGetValue(folder, out Dictionary<string, string>? names))
            return names;
        names = new(StringComparer.Ordinal);
        if (UnixNames.Has(folder) || Directory.Exists(folder.Length == 0 ? "." : folder))
        {
            foreach ((string name, _, _) in FolderListing.Of(folder))
                names.TryAdd(Key(name), name);
        }
        return _folders[folder] = names;
    }

    private static string Key(string name) => Spelling.Composed(UnixNames.Shown(name));
}
