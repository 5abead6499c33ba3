namespace MLTransfer.Evaluation;

/// <summary>
/// What a classifier did with labelled images: counts first, shares of them last. Figures of nothing seen are <see cref="double.NaN"/>.
/// Accuracies, log-loss and the treatment of ties are those of ML.NET's <c>MulticlassClassificationMetrics</c>.
/// </summary>
public sealed record ClassificationReport
{
    private ClassificationReport(IReadOnlyList<string> labels, long[][] confusion, double logLossSum)
    {
        Labels = labels;
        Confusion = confusion;
        PerClass = [.. labels.Select((label, index) => FiguresOf(label, index, confusion))];
        Images = confusion.Sum(row => row.Sum());
        MicroAccuracy = Share(labels.Select((_, index) => confusion[index][index]).Sum(), Images);
        var recalls = PerClass.Where(figures => figures.Images > 0).Select(figures => figures.Recall).ToArray();
        MacroAccuracy = recalls.Length == 0 ? double.NaN : recalls.Average();
        LogLoss = Images == 0 ? double.NaN : logLossSum / Images;
    }

    /// <summary>The classes, in the order of <see cref="PerClass"/> and of both sides of <see cref="Confusion"/>.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How many images were counted.</summary>
    public long Images { get; }

    /// <summary>Share of the images that were called what they are, 0 to 1.</summary>
    public double MicroAccuracy { get; }

    /// <summary>Mean of the recalls of the classes that had images, 0 to 1: every class weighs the same.</summary>
    public double MacroAccuracy { get; }

    /// <summary>Mean of −ln(probability of the true class) in nats, each probability held to 1e-15 … 1 as ML.NET does.</summary>
    public double LogLoss { get; }

    /// <summary>Precision, recall and number of images of each class.</summary>
    public IReadOnlyList<ClassFigures> PerClass { get; }

    /// <summary>Number of images by [actual class][predicted class].</summary>
    public IReadOnlyList<IReadOnlyList<long>> Confusion { get; }

    /// <summary>Counts scored images. The predicted class is the most probable one; of equals, the first.</summary>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="scored">For each image its class (an index into <paramref name="labels"/>) and one probability for each class.</param>
    /// <exception cref="ArgumentException">There is no class, a class index is out of range, or an image has another number of
    /// probabilities than there are classes.</exception>
    public static ClassificationReport Of(
        IReadOnlyList<string> labels, IEnumerable<(int Actual, IReadOnlyList<float> Probabilities)> scored)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(scored);
        if (labels.Count == 0)
            throw new ArgumentException("There are no classes to report on; at least one label is needed.", nameof(labels));
        var confusion = labels.Select(_ => new long[labels.Count]).ToArray();
        var logLossSum = 0.0;
        foreach (var (actual, probabilities) in scored)
        {
            Require(labels.Count, actual, probabilities);
            confusion[actual][MostProbable(probabilities)]++;
            logLossSum += TrueClassLoss.Of(probabilities[actual]);
        }
        return new ClassificationReport(labels, confusion, logLossSum);
    }

    private static void Require(int classes, int actual, IReadOnlyList<float> probabilities)
    {
        if (actual < 0 || actual >= classes)
            throw new ArgumentException($"An image is of class {actual}, but classes are numbered 0 to {classes - 1}.");
        if (probabilities.Count != classes)
            throw new ArgumentException($"An image has {probabilities.Count} probabilities, but there are {classes} classes.");
    }

    private static ClassFigures FiguresOf(string label, int index, long[][] confusion)
    {
        var right = confusion[index][index];
        var images = confusion[index].Sum();
        return new ClassFigures(label, Share(right, confusion.Sum(row => row[index])), Share(right, images), images);
    }

    private static int MostProbable(IReadOnlyList<float> probabilities)
    {
        var best = 0;
        for (var index = 1; index < probabilities.Count; index++)
            if (probabilities[index] > probabilities[best])
                best = index;
        return best;
    }

    private static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
