using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>Reads an archive by the rules of an image folder: its folders are classes, or train, val and test with classes below.</summary>
internal static class ArchiveDataset
{
    public static ImageDataset Read(string path, ContainedImages container)
    {
        string[][] parts = [.. container.Names.Select(EntryNames.Split)];
        int depth = SharedFolders(parts);
        var folders = parts.Where(part => part.Length > depth + 1).GroupBy(part => part[depth], StringComparer.Ordinal);
        IReadOnlyList<string> splits = SplitFolders.Find(
            [.. folders.Select(folder =>
                new SplitFolders.Folder(folder.Key, folder.Any(part => part.Length > depth + 2), HasImages: true))]);
        List<ImageRow> rows = [];
        LeftOutList leftOut = new();
        foreach ((string name, string[] part) in container.Names.Zip(parts))
        {
            string[] below = part[depth..];
            bool hasSplits = splits.Count > 0;
            // As in a folder, an image outside the class folders belongs to no class.
            if (below.Length < (hasSplits ? 3 : 2) || (hasSplits && !splits.Contains(below[0], StringComparer.Ordinal)))
            {
                leftOut.Add(LeftOutKind.Stray, name);
                continue;
            }
            string label = Spelling.ToComposed(below[hasSplits ? 1 : 0]);
            rows.Add(new ImageRow(ContainerPath.Join(path, name), label, hasSplits ? SplitNames.Normalize(below[0]) : null));
        }
        if (rows.Count == 0)
            throw NoFolders(path, container);
        foreach (string name in container.Others)
            leftOut.Add(EntryNames.IsHidden(name) ? LeftOutKind.Hidden : LeftOutKind.Format, name);
        string[] warnings = [.. container.Warnings.Select(warning => $"In '{path}', {warning}")];
        return new ImageDataset(path, container.Format, Ordered(rows), classes: null, warnings, leftOut.ToList());
    }

    private static InvalidDataException NoFolders(string path, ContainedImages container)
    {
        string loose = container.Names.Count > 0 ? $", only {container.Names.Count:N0} images without a folder" : "";
        return new InvalidDataException(
            $"'{path}' ({container.Format}) has no folders of images{loose}. In it, one folder of images per class is expected, such "
            + "as 'ants/1.jpg' and 'bees/2.jpg'.");
    }

    private static ImageRow[] Ordered(IEnumerable<ImageRow> rows) =>
    [
        .. rows.OrderBy(row => row.Split, StringComparer.Ordinal).ThenBy(row => row.Label, StringComparer.Ordinal)
            .ThenBy(row => row.ImagePath, StringComparer.Ordinal),
    ];

    // Archives often contain one folder with everything in it.
    private static int SharedFolders(string[][] parts)
    {
        int depth = 0;
        while (parts.Length > 0 && parts.All(part => part.Length > depth + 2 && part[depth] == parts[0][depth]))
            depth++;
        return depth;
    }
}
