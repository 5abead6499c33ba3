namespace MLTransfer.Data;

/// <summary>
/// Labelled images, whatever form they come in: a folder with one sub-folder per class, or with such folders for train, val and test; a
/// manifest (CSV, TSV, JSON lines); a zip or tar archive, read in place; IDX files as of MNIST; CIFAR-10 and CIFAR-100.
/// </summary>
public sealed class ImageDataset
{
    internal ImageDataset(string path, string format, IReadOnlyList<ImageRow> rows, IReadOnlyList<string>? classes = null,
        IReadOnlyList<string>? warnings = null,
        IReadOnlyList<LeftOutFiles>? leftOut = null)
    {
        (Path, Format, Rows) = (path, format, rows);
        Classes = classes ?? [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Splits = SplitNames.Ordered(rows.Select(row => row.Split).OfType<string>());
        Warnings = warnings ?? [];
        LeftOut = leftOut ?? [];
    }

    /// <summary>Where it was opened.</summary>
    public string Path { get; }

    /// <summary>What form it has, in words, such as <c>image folder</c> or <c>zip archive</c>.</summary>
    public string Format { get; }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageRow> Rows { get; }

    /// <summary>The classes, in the order of the data set's own numbers where it has some, otherwise ordinal.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The splits: training first, then validation, test and others; empty where the data set has none.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <summary>What is odd but no error: sentences.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// What lies in the folder or archive and is not read, by kind: those that may be images first. One of the warnings says it, too.
    /// </summary>
    public IReadOnlyList<LeftOutFiles> LeftOut { get; }

    /// <summary>Whether rows have weights of their own.</summary>
    public bool HasWeights => Rows.Any(row => row.Weight is not null);

    /// <summary>Opens a data set; no image is decoded yet.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="options">How to read it; null: <see cref="ImageDatasetOptions.Default"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It is no data set, or a damaged or contradictory one; the message says what is wrong and
    /// what to do.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= ImageDatasetOptions.Default;
        return DatasetChecks.Checked(DatasetFormats.Open(path, options), options);
    }

    /// <summary>One split.</summary>
    /// <param name="split">Its name; <c>validation</c> and <c>valid</c> are <c>val</c>.</param>
    /// <exception cref="ArgumentException">There is no such split; the message names those that there are.</exception>
    public ImageDataset Part(string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        return Parts(split);
    }

    /// <summary>Several splits together.</summary>
    /// <param name="splits">Their names, as for <see cref="Part"/>.</param>
    /// <exception cref="ArgumentException">There is no such split; the message names those that there are.</exception>
    public ImageDataset Parts(params IReadOnlyList<string> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        if (splits.FirstOrDefault(split => !Splits.Contains(SplitNames.Of(split), StringComparer.Ordinal)) is { } unknown)
        {
            string known = Splits.Count == 0 ? "It has no splits at all" : $"Its splits are {string.Join(", ", Splits)}";
            throw new ArgumentException($"'{Path}' has no split '{unknown}'. {known}.", nameof(splits));
        }

        HashSet<string> names = [.. splits.Select(SplitNames.Of)];
        return With([.. Rows.Where(row => row.Split is not null && names.Contains(row.Split))]);
    }

    /// <summary>
    /// Divides all rows anew, with the same share of each class in every part, and calls the parts train and val, or train, val and test;
    /// of
    /// more parts, the further ones <c>part4</c> and so on.
    /// </summary>
    /// <param name="fractions">The share of each part: positive numbers whose sum is 1.</param>
    /// <param name="seed">Decides which rows: the same seed, the same rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A fraction is not positive, or their sum is not 1.</exception>
    public ImageDataset Divided(IReadOnlyList<double> fractions, int seed)
    {
        string[] usual = [SplitNames.Train, SplitNames.Validation, SplitNames.Test];
        string?[] splits = new string?[Rows.Count];
        IReadOnlyList<IReadOnlyList<int>> parts = Data.Split.Stratified([.. Rows.Select(row => row.Label)], fractions, seed);
        for (int part = 0; part < parts.Count; part++)
        {
            foreach (int row in parts[part])
                splits[row] = part < usual.Length ? usual[part] : $"part{part + 1}";
        }
        return With([.. Rows.Select((row, index) => row with { Split = splits[index] })]);
    }

    /// <summary>
    /// Divides all rows anew into parts of nearly the same size, for cross-validation, and calls them <c>fold1</c>, <c>fold2</c> and so
    /// on.
    /// </summary>
    /// <param name="folds">How many, from 2 to the number of rows.</param>
    /// <param name="seed">Decides which rows: the same seed, the same rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than rows.</exception>
    public ImageDataset Folded(int folds, int seed)
    {
        string[] splits = new string[Rows.Count];
        var parts = Data.Split.Folds([.. Rows.Select(row => row.Label)], folds, seed);
        for (int fold = 0; fold < folds; fold++)
        {
            foreach (int row in parts[fold].HeldOut)
                splits[row] = $"fold{fold + 1}";
        }
        return With([.. Rows.Select((row, index) => row with { Split = splits[index] })]);
    }

    /// <summary>Keeps at most so many images of each class in each split, chosen by chance.</summary>
    /// <param name="perClass">The most, at least 1.</param>
    /// <param name="seed">Decides which: the same seed, the same images.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public ImageDataset Limited(int perClass, int seed) =>
        With([.. Data.Split.Limited([.. Rows.Select(row => (row.Split, row.Label))], perClass, seed).Select(index => Rows[index])]);

    /// <summary>Writes a manifest of the rows (CSV), which <see cref="Open"/> reads; no image is copied.</summary>
    /// <param name="path">The file. Images below its folder are named relative to it, others by their full paths.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteManifest(string path) => ManifestWriter.Write(path, Rows);

    private ImageDataset With(IReadOnlyList<ImageRow> rows) => new(Path, Format, rows, Classes, Warnings, LeftOut);
}

/// <summary>An image of a data set.</summary>
/// <param name="ImagePath">Its file, or its place in a file that holds many: <c>images.zip!/ants/1.jpg</c>.</param>
/// <param name="Label">Its class.</param>
/// <param name="Split">The split it belongs to, such as <c>train</c>, <c>val</c> or <c>test</c>; null where the data set has none.</param>
/// <param name="Weight">What it counts for in training, where the data set says so.</param>
public sealed record ImageRow(string ImagePath, string Label, string? Split = null, float? Weight = null);

/// <summary>Finds out which form a data set has.</summary>
internal static class DatasetFormats
{
    private const string Expected =
        "A folder with one sub-folder of images per class, a manifest (.csv, .tsv, .jsonl), a .zip or .tar archive, IDX files as of "
        + "MNIST, or CIFAR files are expected.";

    // Where torchvision keeps the files of MNIST.
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
            null => throw new InvalidDataException($"'{path}' is no data set. {Expected}"),
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

/// <summary>What must hold for every data set, whatever form it has.</summary>
internal static class DatasetChecks
{
    private const int Named = 5;

    /// <exception cref="InvalidDataException">There is nothing to learn, or a class to score that training does not know.</exception>
    public static ImageDataset Checked(ImageDataset dataset, ImageDatasetOptions options)
    {
        if (dataset.Rows.Count == 0)
            throw new InvalidDataException($"'{dataset.Path}' ({dataset.Format}) holds no labelled image.");
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
            throw new InvalidDataException(
                $"In '{dataset.Path}', "
                + $"{string.Join(", ", unknown.Take(Named).Select(row => $"class '{row.Label}' is in '{row.Split}'"))}{More(unknown.Length)} but not in '{SplitNames.Train}': "
                + $"what was never trained on cannot be recognised. Classes of '{SplitNames.Train}': "
                + $"{string.Join(", ", known.Order(StringComparer.Ordinal).Take(20))}. Add images of it to '{SplitNames.Train}', or "
                + $"take it out of the others.");
        }
    }

    // No error: letters have upper and lower case.
    private static IEnumerable<string> NearlySame(ImageDataset dataset)
    {
        var counts = dataset.Rows.GroupBy(row => row.Label, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        foreach (IGrouping<string, string> same in dataset.Classes.Where(label => label.Length > 1)
            .GroupBy(label => label, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            yield return $"In '{dataset.Path}', the labels "
                + $"{string.Join(" and ", same.Select(label => $"'{label}' ({counts.GetValueOrDefault(label):N0} images)"))} differ "
                + $"only in case and are taken "
                + "for different classes. Write them in one way if they mean the same.";
        }
    }

    private static string More(int count) => count > Named ? $" and {count - Named} more" : "";
}
