namespace MLTransfer.Data;

/// <summary>MNIST and its kin: files of images with files of labels beside them.</summary>
internal static class IdxDataset
{
    private const string Format = "IDX files";

    /// <summary>The pairs of files in a folder; null where there is none.</summary>
    /// <exception cref="InvalidDataException">There are several data sets in it, or a pair does not fit.</exception>
    public static ImageDataset? InFolder(string folder)
    {
        // A file that was also unpacked counts once.
        var pairs = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => (Path: path, Names: IdxNames.Of(path)))
            .Where(file => file.Names is not null)
            .DistinctBy(file => (file.Names!.DataSet, file.Names.Split)).ToArray();
        if (pairs.Length == 0)
            return null;
        string[] sets = [.. pairs.Select(pair => pair.Names!.DataSet).Distinct()];
        if (sets.Length > 1)
            throw new InvalidDataException(
                $"The folder '{folder}' holds several data sets: "
                + $"{string.Join(", ", sets.Select(set => set.Length == 0 ? "one without a name" : set))}. Give a folder for each, or "
                + $"name one file of images, such as '{pairs[0].Path}'.");
        return Of(folder, pairs.SelectMany(pair => Rows(pair.Path, pair.Names!.Split)));
    }

    /// <summary>One file of images, and its labels.</summary>
    public static ImageDataset OfFile(string path) => Of(path, Rows(path, split: null));

    // Classes without a name are called by their numbers: 2 comes before 10.
    private static ImageDataset Of(string path, IEnumerable<ImageRow> images)
    {
        ImageRow[] rows = [.. images];
        return new ImageDataset(path, Format, rows,
            [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).OrderBy(label => label.Length)
            .ThenBy(label => label, StringComparer.Ordinal)]);
    }

    private static IEnumerable<ImageRow> Rows(string path, string? split)
    {
        string labelsPath = IdxNames.LabelsBeside(path)
            ?? throw new InvalidDataException(
            $"The labels of '{path}' are not beside it. A file of the same name is expected, with 'labels-idx1-ubyte' (or idx2-int) "
            + $"instead of 'images-idx3-ubyte', with or without .gz.");
        SharedContainer shared = SharedContainer.Find(path)!;
        IReadOnlyList<string> names = shared.Container.Names;
        int[] labels = IdxLabels.Read(labelsPath);
        if (labels.Length != names.Count)
            throw new InvalidDataException(
                $"'{path}' has {names.Count:N0} images and '{labelsPath}' {labels.Length:N0} labels: they do not belong together. Copy "
                + $"or download both again.");
        string fileName = Path.GetFileName(path);
        return names.Select((name, index) => new ImageRow(ContainerPath.Of(path, name), IdxLabels.Name(fileName, labels[index]), split));
    }
}
