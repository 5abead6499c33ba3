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
