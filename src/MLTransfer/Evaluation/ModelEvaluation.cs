using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Files;

namespace MLTransfer.Evaluation;

/// <summary>
/// The metrics of a model on a data set. Classes and their order are the model's: the data set may lack some or have others.
/// </summary>
/// <param name="Report">Metrics over all images that could be read and whose class the model knows.</param>
/// <param name="Skipped">Images that could not be read, with the reason.</param>
/// <param name="Unknown">Classes of the data set that the model does not know; their images are not scored.</param>
/// <param name="Seconds">Time to read and score the images.</param>
internal sealed record ModelEvaluation(
    ClassificationReport Report, IReadOnlyList<ImagePrediction> Skipped, IReadOnlyList<UnknownClass> Unknown, double Seconds)
{
    // As of a data set's inspection.
    private static readonly double LeastSupport = new ImageDataInspectionOptions().SuspectSupport;

    private EvaluatedImage[]? _errors, _suspects;

    /// <summary>Throughput of reading and scoring.</summary>
    public double ImagesPerSecond => Report.Images / Seconds;

    /// <summary>Every image of a class that the model knows, with that class and its prediction, in the order of the data set.</summary>
    public IReadOnlyList<EvaluatedImage> Images { get; init; } = [];

    /// <summary>The images that were classified wrongly, the surest errors first.</summary>
    public IReadOnlyList<EvaluatedImage> Errors => _errors ??=
        [.. Images.Where(image => image.IsWrong).OrderByDescending(image => image.Prediction.Probability)];

    /// <summary>
    /// The images whose label may be wrong, the most suspect first: another class is more probable, and that of the label is less than a
    /// quarter as probable as by a guess without looking. The model must not have been trained on them.
    /// </summary>
    public IReadOnlyList<EvaluatedImage> Suspects => _suspects ??= FindSuspects();

    /// <summary>When the model rejects images; null for never. The metrics of <see cref="Report"/> are of all images.</summary>
    public RejectionRule? Rejection { get; init; }

    /// <summary>How many images the model rejects.</summary>
    public int Rejected => Images.Count(image => image.Prediction.Rejected);

    /// <summary>The fraction of the images that it does not reject that is right; NaN without any.</summary>
    public double AcceptedAccuracy
    {
        get
        {
            EvaluatedImage[] accepted = [.. Images.Where(image => image.Prediction is { Error: null, Rejected: false })];
            return (double)accepted.Count(image => !image.IsWrong) / accepted.Length;
        }
    }

    /// <summary>Which views of each image were scored.</summary>
    public TestTimeAugmentation Augmentation { get; init; } = TestTimeAugmentation.None;

    /// <summary>Scores a data set.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dataset">The images; open it with <see cref="ImageDatasetOptions.IsTestSet"/> if it may lack classes.</param>
    /// <param name="cancel">Stops after the running batch.</param>
    /// <exception cref="OptionException">The model knows none of the classes.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static ModelEvaluation Run(ImageClassificationTransformer model, ImageDataset dataset, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Run(model, dataset.Rows, dataset.Path, cancel);
    }

    /// <param name="model">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="source">Where they are from, for errors.</param>
    /// <param name="cancel">Stops after the running batch.</param>
    /// <exception cref="OptionException">The model knows none of the classes.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static ModelEvaluation Run(
        ImageClassificationTransformer model, IReadOnlyList<ImageRow> images, string source, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        // The model and the data set may come from systems that compose Unicode differently.
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        for (int index = 0; index < model.Labels.Count; index++)
            known.TryAdd(Spelling.ToComposed(model.Labels[index]), index);
        var rows = images.ToLookup(row => known.ContainsKey(Spelling.ToComposed(row.Label)));
        UnknownClass[] unknown = [.. rows[false].CountBy(row => row.Label).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new UnknownClass(pair.Key, pair.Value))];
        if (!rows[true].Any())
        {
            throw new OptionException(
                $"the model knows none of the classes of '{source}': {string.Join(", ", unknown.Select(found => found.Label))}. "
                + $"Classes of the model: {string.Join(", ", model.Labels)}.");
        }
        long start = Stopwatch.GetTimestamp();
        ImagePrediction[] predictions = [.. model.Predict(rows[true].Select(row => row.ImagePath), cancel)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var scored =
            from pair in predictions.Zip(rows[true])
            where pair.First.Error is null
            select (known[Spelling.ToComposed(pair.Second.Label)], pair.First.Probabilities);
        ImagePrediction[] skipped = [.. predictions.Where(prediction => prediction.Error is not null)];
        return new(ClassificationReport.FromPredictions(model.Labels, scored), skipped, unknown, seconds)
        {
            Images = [.. predictions.Zip(rows[true], (prediction, row) => new EvaluatedImage(row.Label, prediction))],
            Augmentation = model.TestTimeAugmentation,
            Rejection = model.Rejection,
        };
    }

    private EvaluatedImage[] FindSuspects()
    {
        string[] labels = [.. Report.Labels.Select(Spelling.ToComposed)];
        EvaluatedImage[] scored = [.. Images.Where(image => image.Prediction.Error is null)];
        var learning = new ConfidentLearning(
            [.. scored.Select(image => image.Prediction.Probabilities.ToArray())],
            [.. scored.Select(image => Array.IndexOf(labels, Spelling.ToComposed(image.Label)))], labels.Length);
        return [.. learning.Suspects(LeastSupport).Select(index => scored[index])];
    }
}

/// <summary>A class of a data set that a model does not know.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Images">Number of its images.</param>
internal sealed record UnknownClass(string Label, int Images);
