namespace MLTransfer.Data;

/// <summary>Tells folders for train, val and test from folders of classes.</summary>
internal static class SplitFolders
{
    /// <summary>
    /// Which of the folders are parts of a data set, with the classes in folders below; none where the folders are classes themselves.
    /// Classes may be called train and test, too: then the images lie in them. Other folders beside the parts, such as annotations, belong
    /// to neither.
    /// </summary>
    /// <param name="folders">Folders that lie beside each other.</param>
    public static IReadOnlyList<string> Among(IReadOnlyList<Folder> folders)
    {
        Folder[] parts = [.. folders.Where(folder => folder.HasFolders && SplitNames.IsUsual(folder.Name))];
        bool isTrained = parts.Any(folder => SplitNames.Of(folder.Name) == SplitNames.Train);
        // One folder called train beside others of images may be a class; beside a second part, or nothing of images, it is none.
        int usual = folders.Where(folder => SplitNames.IsUsual(folder.Name)).DistinctBy(folder => SplitNames.Of(folder.Name)).Count();
        bool isAlone = folders.Except(parts).All(folder => !folder.HasImages);
        return parts.Length == folders.Count || (isTrained && (usual > 1 || isAlone)) ? [.. parts.Select(folder => folder.Name)] : [];
    }

    /// <summary>A folder by its name, whether folders lie in it, and whether images lie in it or below.</summary>
    internal readonly record struct Folder(string Name, bool HasFolders, bool HasImages);
}
