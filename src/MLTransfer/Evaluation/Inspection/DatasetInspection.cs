using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Looks at every image of a data set, and says what is wrong.</summary>
public static class DatasetInspection
{
    /// <summary>Decodes all images, in parallel; nothing is changed.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">What counts as a problem; null: the defaults.</param>
    /// <param name="progress">Hears how far it is, on whatever thread.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static DatasetFindings Run(
        ImageDataset dataset, InspectionOptions? options = null, IProgress<InspectionProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        options = (options ?? new()).Checked();
        long start = Stopwatch.GetTimestamp();
        (InspectedImage? Seen, List<DatasetProblem> Problems)[] looked = new (InspectedImage?, List<DatasetProblem>)[dataset.Rows.Count];
        int done = 0;
        Parallel.For(0, looked.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancel },
            index =>
        {
            looked[index] = LookAt(dataset.Rows[index], options.Decoding);
            progress?.Report(new(Interlocked.Increment(ref done), looked.Length));
        });
        InspectedImage[] seen = [.. looked.Select(one => one.Seen).OfType<InspectedImage>()];
        var classes = BalanceProblems.Count(dataset);
        IEnumerable<DatasetProblem> problems =
        [
            .. looked.SelectMany(one => one.Problems),
            .. dataset.LeftOut.Where(files => files.MayBeImages).Select(files =>
                new DatasetProblem(ProblemKind.LeftOut, files.ToString(), [])),
            .. TinyImages.Of(seen, options), .. DuplicateProblems.Of(seen, options, cancel),
            .. BalanceProblems.Of(dataset, classes, options),
            .. BalanceProblems.Unreadable(dataset, seen),
        ];
        return new(
            dataset, classes, SizeRange.Of(seen.Select(image => image.Size)), [.. problems.OrderBy(problem => problem.Kind)],
            Stopwatch.GetElapsedTime(start).TotalSeconds)
        { Decoding = options.Decoding };
    }

    private static (InspectedImage? Seen, List<DatasetProblem> Problems) LookAt(ImageRow row, DecodingOptions decoding)
    {
        List<DatasetProblem> problems = [];
        try
        {
            var source = ImageSource.FromPath(row.ImagePath);
            string content = Convert.ToHexStringLower(source.ContentHash());
            if (Extension.Complaint(row.ImagePath) is { } complaint)
                Add(ProblemKind.WrongExtension, complaint);
            Image image = source.Decode(decoding);
            bool isOneColour = OneColour.Is(image);
            if (isOneColour)
                Add(ProblemKind.OneColour, "it shows one colour only");
            return (new(row, content, new(image.Width, image.Height), isOneColour, DifferenceHash.Of(image), new Shades(image)), problems);
        }
        catch (ImageException unreadable)
        {
            Add(ProblemKind.Unreadable, unreadable.Reason);
            return (null, problems);
        }

        void Add(ProblemKind kind, string note) => problems.Add(new(kind, note, [row]));
    }
}
