using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Decodes every image of a data set and finds problems.</summary>
public static class DatasetInspection
{
    /// <summary>Inspects a data set; images are decoded in parallel, and nothing is changed.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">What counts as a problem; null: the defaults.</param>
    /// <param name="progress">Notified after each image, on any thread.</param>
    /// <param name="cancel">Stops the inspection.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message lists all that is wrong with them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
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
                problems.Add(new(ProblemKind.OneColour, "it has only one colour", [row]));
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
public readonly record struct InspectionProgress(int Done, int Total);
