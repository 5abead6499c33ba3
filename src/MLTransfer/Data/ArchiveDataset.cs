using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>An archive by the rules of a folder: folders in it are classes, or train, val and test with the classes below.</summary>
internal static class ArchiveDataset
{
    public static ImageDataset Of(string path, ContainedImages container)
    {
        string[][] parts = [.. container.Names.Select(Parts)];
        int depth = SharedFolders(parts);
        var folders = parts.Where(part => part.Length > depth + 1).GroupBy(part => part[depth], StringComparer.Ordinal);
        IReadOnlyList<string> splits = SplitFolders.Among(
            [.. folders.Select(folder =>
                new SplitFolders.Folder(folder.Key, folder.Any(part => part.Length > depth + 2), HasImages: true))]);
        List<ImageRow> rows = [];
        LeftOutList leftOut = new();
        foreach ((string name, string[] part) in container.Names.Zip(parts))
        {
            string[] below = part[depth..];
            // As in a folder: an image beside the folders of classes belongs to none.
            if (below.Length < (splits.Count > 0 ? 3 : 2) || (splits.Count > 0 && !splits.Contains(below[0], StringComparer.Ordinal)))
                leftOut.Add(LeftOutKind.Stray, name);
            else
            {
                string label = Spelling.Composed(below[splits.Count > 0 ? 1 : 0]);
                rows.Add(new ImageRow(ContainerPath.Of(path, name), label, splits.Count > 0 ? SplitNames.Of(below[0]) : null));
            }
        }
        if (rows.Count == 0)
            throw new InvalidDataException(
                $"'{path}' ({container.Format}) has no folders of "
                + $"images{(container.Names.Count > 0 ? $", only {container.Names.Count:N0} images without a folder" : "")}. In it, one "
                + $"folder of images per class is expected, such as 'ants/1.jpg' and 'bees/2.jpg'.");
        foreach (string name in container.Others)
            leftOut.Add(ArchiveNames.IsHidden(name) ? LeftOutKind.Hidden : LeftOutKind.Format, name);
        return new ImageDataset(path, container.Format,
            [.. rows.OrderBy(row => row.Split, StringComparer.Ordinal).ThenBy(row => row.Label, StringComparer.Ordinal)
            .ThenBy(row => row.ImagePath, StringComparer.Ordinal)],
            classes: null, [.. container.Warnings.Select(warning => $"In '{path}', {warning}")], leftOut.ToList());
    }

    // Some archives made on Windows have backslashes between folders.
    private static string[] Parts(string name) => name.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);

    // Archives often hold one folder with everything in it.
    private static int SharedFolders(string[][] parts)
    {
        int depth = 0;
        while (parts.Length > 0 && parts.All(part => part.Length > depth + 2 && part[depth] == parts[0][depth]))
            depth++;
        return depth;
    }
}
