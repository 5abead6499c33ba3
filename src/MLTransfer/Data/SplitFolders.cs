namespace MLTransfer.Data;

/// <summary>Tells folders for train, val and test from folders of classes.</summary>
internal static class SplitFolders
{
    private const int Named = 5;

    /// <summary>Whether all folders are parts of a data set, with the classes in folders below. Classes may be called train and test, too: then the pictures lie in them.</summary>
    /// <param name="place">Where the folders lie.</param>
    /// <param name="folders">Their names, and whether there are folders in them.</param>
    /// <exception cref="InvalidDataException">Some are, and others are not: taken for classes, a model would learn to tell 'train' from 'val'.</exception>
    public static bool Are(string place, IReadOnlyList<(string Name, bool HasFolders)> folders)
    {
        string[] others = [.. folders.Where(folder => !IsPart(folder)).Select(folder => $"'{folder.Name}'")];
        if (others.Length == 0)
            return folders.Count > 0;
        int parts = folders.Where(folder => SplitNames.IsUsual(folder.Name)).Select(folder => SplitNames.Of(folder.Name)).Distinct().Count();
        if (parts < 2 || !folders.Any(folder => IsPart(folder) && SplitNames.Of(folder.Name) == SplitNames.Train))
            return false;
        string training = folders.First(folder => IsPart(folder) && SplitNames.Of(folder.Name) == SplitNames.Train).Name;
        throw new InvalidDataException(
            $"In '{place}', '{training}' holds folders of classes as a part of a data set does, but {string.Join(", ", others.Take(Named))}{(others.Length > Named ? $" and {others.Length - Named} more" : "")} "
            + $"{(others.Length == 1 ? "is" : "are")} no such part. Folders called train, val and test with one folder per class in each are expected, and nothing beside them. "
            + $"Take {(others.Length == 1 ? "it" : "them")} out, or give the folder '{training}' alone.");
    }

    private static bool IsPart((string Name, bool HasFolders) folder) => folder.HasFolders && SplitNames.IsUsual(folder.Name);
}
