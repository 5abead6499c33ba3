using MLTransfer.Errors;

namespace MLTransfer.Data;

/// <summary>
/// Labeled images from any supported form: a folder with one sub-folder per class, or with such folders for train, val and test; a
/// manifest (CSV, TSV, JSON lines); a zip or tar archive, read in place; IDX files as of MNIST; CIFAR-10 and CIFAR-100.
/// </summary>
public sealed class ImageDataset
{
    internal ImageDataset(
        string path, string format, IReadOnlyList<ImageRow> rows, IReadOnlyList<string>? classes = null,
        IReadOnlyList<string>? warnings = null, IReadOnlyList<LeftOutFiles>? leftOut = null)
    {
        (Path, Format, Rows) = (path, format, rows);
        Classes = classes ?? [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Splits = SplitNames.Ordered(rows.Select(row => row.Split).OfType<string>());
        Warnings = warnings ?? [];
        LeftOut = leftOut ?? [];
    }

    /// <summary>The folder or file that was opened.</summary>
    public string Path { get; }

    /// <summary>Its form in words, such as <c>image folder</c> or <c>zip archive</c>.</summary>
    public string Format { get; }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageRow> Rows { get; }

    /// <summary>The classes, in the order of the data set's own numbers where it has them, otherwise in ordinal order.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The splits: training first, then validation, test and others; empty where the data set has none.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <summary>Oddities that are not errors, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Files in the folder or archive that are not read, by kind, those that may be images first. One of the warnings summarizes them.
    /// </summary>
    internal IReadOnlyList<LeftOutFiles> LeftOut { get; }

    /// <summary>Whether rows have weights of their own.</summary>
    public bool HasWeights => Rows.Any(row => row.Weight is not null);

    /// <summary>Opens a data set; no image is decoded yet.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="options">How to read it; null: <see cref="ImageDatasetOptions.Default"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It is not a data set, or a damaged or contradictory one; the message says what is wrong and
    /// what to do.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= ImageDatasetOptions.Default;
        return DatasetChecks.Check(DatasetFormats.Open(path, options), options);
    }

    /// <summary>One split.</summary>
    /// <param name="split">Its name; <c>validation</c> and <c>valid</c> are <c>val</c>.</param>
    /// <exception cref="ArgumentException">There is no such split; the message lists the existing ones.</exception>
    public ImageDataset Part(string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        return Parts(split);
    }

    /// <summary>Several splits together.</summary>
    /// <param name="splits">Their names, as for <see cref="Part"/>.</param>
    /// <exception cref="ArgumentException">There is no such split; the message lists the existing ones.</exception>
    public ImageDataset Parts(params IReadOnlyList<string> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        if (splits.FirstOrDefault(split => !Splits.Contains(SplitNames.Normalize(split), StringComparer.Ordinal)) is { } unknown)
        {
            string known = Splits.Count == 0 ? "It has no splits at all" : $"Its splits are {string.Join(", ", Splits)}";
            throw new ArgumentException($"'{Path}' has no split '{unknown}'. {known}.", nameof(splits));
        }

        HashSet<string> names = [.. splits.Select(SplitNames.Normalize)];
        return With([.. Rows.Where(row => row.Split is not null && names.Contains(row.Split))]);
    }

    /// <summary>
    /// Replaces the splits by a stratified division: each part has the same fraction of every class. The parts are called train and val, or
    /// train, val and test; any further ones <c>part4</c> and so on.
    /// </summary>
    /// <param name="fractions">The fraction of each part: positive numbers whose sum is 1.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A fraction is not positive, or their sum is not 1.</exception>
    public ImageDataset Divided(IReadOnlyList<double> fractions, int seed)
    {
        string[] usual = [SplitNames.Train, SplitNames.Validation, SplitNames.Test];
        string?[] splits = new string?[Rows.Count];
        IReadOnlyList<IReadOnlyList<int>> parts = StratifiedSplit.Stratified([.. Rows.Select(row => row.Label)], fractions, seed);
        for (int part = 0; part < parts.Count; part++)
        {
            foreach (int row in parts[part])
                splits[row] = part < usual.Length ? usual[part] : $"part{part + 1}";
        }
        return With([.. Rows.Select((row, index) => row with { Split = splits[index] })]);
    }

    /// <summary>
    /// Replaces the splits by stratified folds of nearly the same size, for cross-validation, called <c>fold1</c>, <c>fold2</c> and so on.
    /// </summary>
    /// <param name="folds">The number of folds, from 2 to the number of rows.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than rows.</exception>
    public ImageDataset Folded(int folds, int seed)
    {
        string[] splits = new string[Rows.Count];
        var parts = StratifiedSplit.Folds([.. Rows.Select(row => row.Label)], folds, seed);
        for (int fold = 0; fold < folds; fold++)
        {
            foreach (int row in parts[fold].HeldOut)
                splits[row] = $"fold{fold + 1}";
        }
        return With([.. Rows.Select((row, index) => row with { Split = splits[index] })]);
    }

    /// <summary>Keeps a random selection of at most a given number of images of each class in each split.</summary>
    /// <param name="perClass">The limit, at least 1.</param>
    /// <param name="seed">The same seed selects the same images.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public ImageDataset Limited(int perClass, int seed) =>
        With([.. StratifiedSplit.Limited([.. Rows.Select(row => (row.Split, row.Label))], perClass, seed)
            .Select(index => Rows[index])]);

    /// <summary>Writes a manifest of the rows (CSV), which <see cref="Open"/> reads; no image is copied.</summary>
    /// <param name="path">The file. Paths of images below its folder are written relative to it, others in full.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteManifest(string path) => ManifestWriter.Write(path, Rows);

    private ImageDataset With(IReadOnlyList<ImageRow> rows) => new(Path, Format, rows, Classes, Warnings, LeftOut);
}

/// <summary>An image of a data set.</summary>
/// <param name="ImagePath">Its file, or its path in a file of many images: <c>images.zip!/ants/1.jpg</c>.</param>
/// <param name="Label">Its class.</param>
/// <param name="Split">Its split, such as <c>train</c>, <c>val</c> or <c>test</c>; null where the data set has none.</param>
/// <param name="Weight">Its weight in training; null where the data set gives none.</param>
public sealed record ImageRow(string ImagePath, string Label, string? Split = null, float? Weight = null);

/// <summary>Detects the form of a data set and reads it.</summary>
internal static class DatasetFormats
{
    private const string Expected =
        "A folder with one sub-folder of images per class, a manifest (.csv, .tsv, .jsonl), a .zip or .tar archive, IDX files as of "
        + "MNIST, or CIFAR files are expected.";

    // The sub-folder in which torchvision keeps the files of MNIST.
    private const string Raw = "raw";

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It has none of the forms, or is damaged.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions options)
    {
        if (Directory.Exists(path))
            return OpenFolder(path, options);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'. {Expected}", path);
        if (Manifest.LooksLike(path))
            return Manifest.Read(path, options);
        if (CifarBinary.HasCifarName(path) && !CifarBinary.LooksLike(path, new FileInfo(path).Length))
            throw CifarBinary.WrongLength(path);
        return SharedContainer.Find(path)!.TryOpen() switch
        {
            null => throw new InvalidDataException($"'{path}' is not a data set. {Expected}"),
            IdxImages => IdxDataset.ReadFile(path),
            CifarImages images => CifarDataset.ReadFile(path, images),
            var archive => ArchiveDataset.Read(path, archive),
        };
    }

    private static ImageDataset OpenFolder(string path, ImageDatasetOptions options) =>
        IdxDataset.TryReadFolder(path)
        ?? (Directory.Exists(Path.Combine(path, Raw)) ? IdxDataset.TryReadFolder(Path.Combine(path, Raw)) : null)
        ?? CifarDataset.TryReadFolder(path)
        ?? FolderDataset.Open(path, options);
}

/// <summary>The requirements on every data set, whatever its form.</summary>
internal static class DatasetChecks
{
    private const int NamedClasses = 5, KnownClasses = 20;

    /// <summary>Checks a data set and adds the warnings about its labels and about files that are not read.</summary>
    /// <exception cref="InvalidDataException">It has no rows or one class, or a split has classes that training lacks.</exception>
    public static ImageDataset Check(ImageDataset dataset, ImageDatasetOptions options)
    {
        if (dataset.Rows.Count == 0)
            throw new InvalidDataException($"'{dataset.Path}' ({dataset.Format}) holds no labeled image.");
        if (!options.IsTestSet)
            CheckClasses(dataset);
        List<string> warnings = [.. dataset.Warnings, .. NearlySame(dataset)];
        if (LeftOutFiles.Sentence(dataset.Path, dataset.LeftOut) is { } leftOut)
            warnings.Add(leftOut);
        return new ImageDataset(dataset.Path, dataset.Format, dataset.Rows, dataset.Classes, warnings, dataset.LeftOut);
    }

    private static void CheckClasses(ImageDataset dataset)
    {
        if (dataset.Classes.Count == 1)
            throw new InvalidDataException(
                $"'{dataset.Path}' ({dataset.Format}) has one class only, '{dataset.Classes[0]}'; "
                + "at least two are needed to tell them apart.");
        if (!dataset.Splits.Contains(SplitNames.Train, StringComparer.Ordinal))
            return;
        var known = dataset.Rows.Where(row => row.Split == SplitNames.Train).Select(row => row.Label).ToHashSet(StringComparer.Ordinal);
        ImageRow[] unknown = [.. dataset.Rows.Where(row => row.Split is not null && !known.Contains(row.Label))
            .DistinctBy(row => row.Label)];
        if (unknown.Length > 0)
        {
            string found = Printable.FirstOf([.. unknown.Select(row => $"class '{row.Label}' is in '{row.Split}'")], NamedClasses);
            throw new InvalidDataException(
                $"In '{dataset.Path}', {found} but not in '{SplitNames.Train}': what was never trained on cannot be recognized. Classes of "
                + $"'{SplitNames.Train}': {string.Join(", ", known.Order(StringComparer.Ordinal).Take(KnownClasses))}. Add images of it to "
                + $"'{SplitNames.Train}', or take it out of the others.");
        }
    }

    // Only a warning: classes of letters legitimately differ only in case.
    private static IEnumerable<string> NearlySame(ImageDataset dataset)
    {
        var counts = dataset.Rows.GroupBy(row => row.Label, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        foreach (IGrouping<string, string> same in dataset.Classes.Where(label => label.Length > 1)
            .GroupBy(label => label, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            string labels = string.Join(" and ", same.Select(label => $"'{label}' ({counts.GetValueOrDefault(label):N0} images)"));
            yield return $"In '{dataset.Path}', the labels {labels} differ only in case and are taken for different classes. "
                + "Write them in one way if they mean the same.";
        }
    }
}
