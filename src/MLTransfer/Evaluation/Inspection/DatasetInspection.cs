using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Decodes every image of a data set and finds problems.</summary>
internal static class DatasetInspection
{
    /// <summary>Inspects a data set; images are decoded in parallel, and nothing is changed.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">What counts as a problem; null: the defaults.</param>
    /// <param name="progress">Notified after each image, on any thread.</param>
    /// <param name="cancel">Stops the inspection.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message lists all that is wrong with them.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static DatasetFindings Run(
        ImageDataset dataset, InspectionOptions? options = null, IProgress<InspectionProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        options = (options ?? new()).Checked();
        long start = Stopwatch.GetTimestamp();
        var inspected = new (InspectedImage? Image, List<DatasetProblem> Problems)[dataset.Rows.Count];
        int done = 0;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancel };
        Parallel.For(0, inspected.Length, parallel, index =>
        {
            inspected[index] = Inspect(dataset.Rows[index], options.Decoding);
            progress?.Report(new(Interlocked.Increment(ref done), inspected.Length));
        });
        InspectedImage[] images = [.. inspected.Select(one => one.Image).OfType<InspectedImage>()];
        ClassCount[] classes = ClassCount.CountAll(dataset);
        DatasetProblem[] problems =
        [
            .. inspected.SelectMany(one => one.Problems),
            .. dataset.LeftOut.Where(files => files.MayBeImages)
                .Select(files => new DatasetProblem(ProblemKind.LeftOut, files.ToString(), [])),
            .. TinyImages(images, options),
            .. new DuplicateFinder(images, options, cancel).Problems(),
            .. MissingClasses(dataset, classes),
            .. Imbalance(classes, options),
            .. UnreadableClasses(dataset, images),
        ];
        return new(dataset, classes, SizeRange.Measure(images.Select(image => image.Size)),
            [.. problems.OrderBy(problem => problem.Kind)], Stopwatch.GetElapsedTime(start).TotalSeconds)
        { Decoding = options.Decoding };
    }

    /// <summary>The groups of equal and of similar images that are among both the training images and others.</summary>
    /// <param name="training">The training images.</param>
    /// <param name="others">The others.</param>
    /// <param name="decoding">How images are decoded; what cannot be read is left out.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<DatasetProblem> Leaks(
        IEnumerable<ImageRow> training, IEnumerable<ImageRow> others, DecodingOptions decoding, CancellationToken cancel)
    {
        ImageRow[] rows =
        [
            .. training.Select(row => row with { Split = SplitNames.Train }), .. others.Select(row => row with { Split = SplitNames.Test }),
        ];
        var inspected = new InspectedImage?[rows.Length];
        Parallel.For(
            0, rows.Length, new ParallelOptions { CancellationToken = cancel },
            index => inspected[index] = Inspect(rows[index], decoding).Image);
        return [.. new DuplicateFinder([.. inspected.OfType<InspectedImage>()], new(), cancel).Problems()
            .Where(problem => problem.Images.DistinctBy(row => row.Split).Count() > 1).OrderBy(problem => problem.Kind)];
    }

    private static (InspectedImage? Image, List<DatasetProblem> Problems) Inspect(ImageRow row, DecodingOptions decoding)
    {
        List<DatasetProblem> problems = [];
        try
        {
            var source = ImageSource.FromPath(row.ImagePath);
            string contentHash = Convert.ToHexStringLower(source.ContentHash());
            if (WrongExtension(row.ImagePath) is { } note)
                problems.Add(new(ProblemKind.WrongExtension, note, [row]));
            var image = new InspectedImage(row, contentHash, source.Decode(decoding));
            if (image.IsOneColor)
                problems.Add(new(ProblemKind.OneColour, "it has only one color", [row]));
            return (image, problems);
        }
        catch (ImageException unreadable)
        {
            problems.Add(new(ProblemKind.Unreadable, unreadable.Reason, [row]));
            return (null, problems);
        }
    }

    private static string? WrongExtension(string path)
    {
        // An image within a container has no file of its own.
        if (!File.Exists(path))
            return null;
        Span<byte> start = stackalloc byte[16];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        int count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (ImageFormats.Sniff(start[..count]) is not { } format)
            return null;
        string extension = Path.GetExtension(path);
        return format.Extensions().Contains(extension, StringComparer.OrdinalIgnoreCase)
            ? null : $"it is a {format.Name()} image, but its name ends with {extension}";
    }

    // A data set made of tiny images, such as MNIST, has one problem rather than one per image.
    private static IEnumerable<DatasetProblem> TinyImages(InspectedImage[] images, InspectionOptions options)
    {
        InspectedImage[] tiny = [.. images.Where(image => options.IsTiny(image.Size))];
        if (tiny.Length <= 1 || tiny.Length <= images.Length / 2)
            return tiny.Select(image => new DatasetProblem(ProblemKind.Tiny, $"it has {Text(image.Size)} pixels", [image.Row]));
        return [new(ProblemKind.Tiny, $"{ReportNumber.Count(tiny.Length)} of {ReportNumber.Count(images.Length)} images have a side below "
            + $"{options.SmallestSide} pixels; the first of them has {Text(tiny[0].Size)}", [])];
    }

    private static string Text(ImageDimensions size) => $"{size.Width} x {size.Height}";

    private static IEnumerable<DatasetProblem> MissingClasses(ImageDataset dataset, ClassCount[] classes) =>
        from split in dataset.Splits
        let missing = classes.Where(count => count.PerSplit[split] == 0).Select(count => count.Label).ToArray()
        where missing.Length > 0
        select new DatasetProblem(ProblemKind.MissingClass, $"'{split}' has no images of {string.Join(", ", missing)}", []);

    private static IEnumerable<DatasetProblem> Imbalance(ClassCount[] classes, InspectionOptions options)
    {
        ClassCount least = classes.MinBy(count => count.Images)!, most = classes.MaxBy(count => count.Images)!;
        if (most.Images > options.LargestImbalance * least.Images)
            yield return new(ProblemKind.Imbalance,
                $"'{most.Label}' has {ReportNumber.Count(most.Images)} images, '{least.Label}' {ReportNumber.Count(least.Images)}", []);
    }

    // Training refuses such classes, as it does classes without images.
    private static IEnumerable<DatasetProblem> UnreadableClasses(ImageDataset dataset, InspectedImage[] images)
    {
        var readable = images.Select(image => (image.Row.Split, image.Row.Label)).ToHashSet();
        return dataset.Rows.Select(row => (row.Split, row.Label)).Distinct().Where(place => !readable.Contains(place)).Select(place =>
            new DatasetProblem(ProblemKind.MissingClass,
                $"{(place.Split is null ? "" : $"'{place.Split}': ")}no image of {place.Label} can be read", []));
    }
}

/// <summary>Progress of an inspection.</summary>
/// <param name="Done">Number of images inspected.</param>
/// <param name="Total">Number of all images.</param>
internal readonly record struct InspectionProgress(int Done, int Total);

/// <summary>The findings of an inspection of a data set.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Classes">Number of images of each class.</param>
/// <param name="Sizes">Sizes of the images; null when none could be read.</param>
/// <param name="Problems">The problems, the most serious first.</param>
/// <param name="Seconds">Duration of the inspection.</param>
internal sealed record DatasetFindings(
    ImageDataset Dataset, IReadOnlyList<ClassCount> Classes, SizeRange? Sizes, IReadOnlyList<DatasetProblem> Problems, double Seconds)
{
    /// <summary>How the images were decoded: a report decodes them the same way.</summary>
    internal DecodingOptions Decoding { get; init; } = DecodingOptions.Default;
}

/// <summary>Number of images of a class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Images">Number of images in the whole data set.</param>
/// <param name="PerSplit">Number of images by split; empty when the data set has no splits.</param>
internal sealed record ClassCount(string Label, int Images, IReadOnlyDictionary<string, int> PerSplit)
{
    internal static ClassCount[] CountAll(ImageDataset dataset)
    {
        var rows = dataset.Rows.ToLookup(row => row.Label, StringComparer.Ordinal);
        return [.. dataset.Classes.Select(label => new ClassCount(label, rows[label].Count(),
            dataset.Splits.ToDictionary(split => split, split => rows[label].Count(row => row.Split == split))))];
    }
}

/// <summary>Range of image sizes, ordered by number of pixels.</summary>
/// <param name="Smallest">The size with the fewest pixels.</param>
/// <param name="Median">The median size.</param>
/// <param name="Largest">The size with the most pixels.</param>
internal sealed record SizeRange(ImageDimensions Smallest, ImageDimensions Median, ImageDimensions Largest)
{
    internal static SizeRange? Measure(IEnumerable<ImageDimensions> sizes)
    {
        ImageDimensions[] ordered = [.. sizes.OrderBy(size => (long)size.Width * size.Height).ThenBy(size => size.Width)];
        return ordered.Length == 0 ? null : new(ordered[0], ordered[ordered.Length / 2], ordered[^1]);
    }
}

/// <summary>The limits beyond which a data set has a problem.</summary>
internal sealed record InspectionOptions
{
    /// <summary>
    /// Images whose shorter side has fewer pixels are tiny, and are not searched for near duplicates. Default 32.
    /// </summary>
    public int SmallestSide { get; init; } = 32;

    /// <summary>The largest allowed ratio of images in the largest class to those in the smallest, above 0. Default 10.</summary>
    public double LargestImbalance { get; init; } = 10;

    /// <summary>The most bits, of 64, in which the perceptual hashes of near duplicates differ, 0 to 15. Default 6.</summary>
    public int NearDistance { get; init; } = 6;

    /// <summary>Least correlation of the gray levels of near duplicates, from 0 to 1. Default 0.97.</summary>
    public double NearCorrelation { get; init; } = 0.97;

    /// <summary>Most pixels, width × height, of an image; larger ones count as unreadable. Default 178,956,970.</summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>Number of images read in parallel. Default: the number of processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal InspectionOptions Checked() => Check.All(
        this,
        Check.Between(1, SmallestSide, 100_000),
        Check.Positive(LargestImbalance),
        Check.Between(0, NearDistance, 15),
        Check.Between(0.0, NearCorrelation, 1),
        Check.Positive(MaximumPixels),
        Check.Between(1, Threads, 1024));

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    internal bool IsTiny(ImageDimensions size) => Math.Min(size.Width, size.Height) < SmallestSide;
}
