using System.IO.Enumeration;

namespace MLTransfer.Files;

/// <summary>What lies directly in a folder, whatever its name.</summary>
internal static class FolderListing
{
    /// <summary>Names, whether they are folders or links to folders, and whether they are links to folders.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static List<(string Name, bool IsFolder, bool IsLink)> Of(string folder)
    {
        if (folder.Length == 0)
            folder = ".";
        if (UnixNames.Has(folder))
            return UnixNames.List(folder);
        List<(string Name, bool, bool)> entries = [.. new FileSystemEnumerable<(string, bool, bool)>(
            folder,
            (ref FileSystemEntry entry) =>
                (entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory && entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })];
        return entries.Exists(entry => UnixNames.IsLossy(entry.Name)) ? UnixNames.List(folder) : entries;
    }
}
