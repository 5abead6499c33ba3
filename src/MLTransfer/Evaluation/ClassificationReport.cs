using MLTransfer.Training;

namespace MLTransfer.Evaluation;

/// <summary>
/// The metrics of a classifier on labeled images: accuracies, log-loss, precision and recall of each class, and the confusion matrix.
/// All are computed as ML.NET's <c>MulticlassClassificationMetrics</c> does; without images they are <see cref="double.NaN"/>.
/// </summary>
public sealed record ClassificationReport
{
    private ClassificationReport(
        IReadOnlyList<string> labels, long[][] confusion, CalibrationTally calibration,
        IReadOnlyList<(int Actual, IReadOnlyList<float> Probabilities)> scored)
    {
        Labels = labels;
        Confusion = confusion;
        PerClass = [.. labels.Select((label, index) => MetricsOf(label, index, confusion, Training.AveragePrecision.Of(index, scored)))];
        Images = confusion.Sum(row => row.Sum());
        MicroAccuracy = Ratio(labels.Select((_, index) => confusion[index][index]).Sum(), Images);
        double[] recalls = [.. PerClass.Where(metrics => metrics.Images > 0).Select(metrics => metrics.Recall)];
        MacroAccuracy = recalls.Length == 0 ? double.NaN : recalls.Average();
        Calibration = calibration.Metrics;
        Reliability = calibration.Bins;
    }

    /// <summary>The classes, in the order of <see cref="PerClass"/> and of both dimensions of <see cref="Confusion"/>.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Number of images.</summary>
    public long Images { get; }

    /// <summary>Fraction of the images that were classified correctly, 0 to 1.</summary>
    public double MicroAccuracy { get; }

    /// <summary>Mean recall of the classes that have images, 0 to 1: every class has the same weight.</summary>
    public double MacroAccuracy { get; }

    /// <inheritdoc cref="CalibrationMetrics.LogLoss"/>
    public double LogLoss => Calibration.LogLoss;

    /// <summary>How well the probabilities tell how often they are right.</summary>
    public CalibrationMetrics Calibration { get; }

    /// <summary>The images by the probability of their predicted class: 15 bins of equal width from 0 to 1.</summary>
    public IReadOnlyList<ReliabilityBin> Reliability { get; }

    /// <summary>The metrics of each class.</summary>
    public IReadOnlyList<ClassMetrics> PerClass { get; }

    /// <summary>Number of images by [actual class][predicted class].</summary>
    public IReadOnlyList<IReadOnlyList<long>> Confusion { get; }

    /// <summary>
    /// Counts scored images. The predicted class is the most probable one; of equally probable ones, the first. All probabilities are kept
    /// while average precision is computed, for which the images are sorted once for each class.
    /// </summary>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="scored">For each image its class (an index into <paramref name="labels"/>) and one probability per class.</param>
    /// <exception cref="ArgumentException">There are no classes, a class index is out of range, or an image does not have one probability
    /// per class.</exception>
    public static ClassificationReport FromPredictions(
        IReadOnlyList<string> labels, IEnumerable<(int Actual, IReadOnlyList<float> Probabilities)> scored)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(scored);
        if (labels.Count == 0)
            throw new ArgumentException("There are no classes to report on; at least one label is needed.", nameof(labels));
        long[][] confusion = [.. labels.Select(_ => new long[labels.Count])];
        var calibration = new CalibrationTally();
        var all = new List<(int Actual, IReadOnlyList<float> Probabilities)>();
        foreach (var (actual, probabilities) in scored)
        {
            if (actual < 0 || actual >= labels.Count)
                throw new ArgumentException($"An image is of class {actual}, but classes are numbered 0 to {labels.Count - 1}.");
            if (probabilities.Count != labels.Count)
                throw new ArgumentException($"An image has {probabilities.Count} probabilities, but there are {labels.Count} classes.");
            confusion[actual][calibration.Add(probabilities, actual)]++;
            all.Add((actual, probabilities));
        }
        return new ClassificationReport(labels, confusion, calibration, all);
    }

    /// <summary>The wrong predictions, the most frequent pair of classes first.</summary>
    internal IEnumerable<(int Actual, int Predicted, long Images)> LargestConfusions() =>
        from actual in Enumerable.Range(0, Labels.Count)
        from predicted in Enumerable.Range(0, Labels.Count)
        let images = Confusion[actual][predicted]
        where actual != predicted && images > 0
        orderby images descending
        select (actual, predicted, images);

    private static ClassMetrics MetricsOf(string label, int index, long[][] confusion, double averagePrecision)
    {
        long correct = confusion[index][index], images = confusion[index].Sum();
        return new ClassMetrics(label, Ratio(correct, confusion.Sum(row => row[index])), Ratio(correct, images), images)
        {
            AveragePrecision = averagePrecision,
        };
    }

    private static double Ratio(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}

/// <summary>The metrics of a classifier on one class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Precision">Fraction of the images predicted as this class that are of it, 0 to 1; <see cref="double.NaN"/> when there are
/// none.</param>
/// <param name="Recall">Fraction of the images of this class that were predicted as it, 0 to 1; <see cref="double.NaN"/> when there are
/// none.</param>
/// <param name="Images">Number of images of this class.</param>
public sealed record ClassMetrics(string Label, double Precision, double Recall, long Images)
{
    /// <summary>F1: the harmonic mean of precision and recall, 2 · TP / (2 · TP + FP + FN), 0 to 1; <see cref="double.NaN"/> when the
    /// class has no images.</summary>
    public double F1 => Images == 0 ? double.NaN : Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>
    /// The area under the precision-recall curve of the class against all others, its images ranked by the probability of the class: the
    /// sum over the ranks of precision times gain in recall, as scikit-learn's <c>average_precision_score</c>, 0 to 1;
    /// <see cref="double.NaN"/> when the class has no images.
    /// </summary>
    public double AveragePrecision { get; init; } = double.NaN;
}
