using MLTransfer.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>What the features of images tell of their labels.</summary>
/// <param name="rows">The images.</param>
/// <param name="classes">The names of the classes.</param>
/// <param name="options">What is reported.</param>
/// <param name="seed">Decides the folds.</param>
internal sealed class FeatureInspection(
    IReadOnlyList<ImageRow> rows, IReadOnlyList<string> classes, ImageDataInspectionOptions options, int seed)
{
    private const int Neighbors = 10;

    // Images whose labels the first round of heads doubts are left out of the training of the second.
    private const double DoubtfulSupport = 0.5;

    // Where most images of a class are alike, a small difference would make an outlier.
    private const double LeastDeviation = 0.01;

    // A standard normal distribution has this standard deviation for a median absolute deviation of 1.
    private const double DeviationOfMedian = 1.4826;

    private static readonly double[] CurveFractions = [0.1, 0.2, 0.4, 0.7, 1];

    private readonly int[] _labels = LabelsOf(rows, classes);

    /// <summary>Inspects the images.</summary>
    /// <param name="features">Their features (n, d).</param>
    /// <param name="gray">Small gray copies of them; null where there is none.</param>
    /// <param name="about">What is known already.</param>
    /// <exception cref="OperationCanceledException">The inspection was canceled.</exception>
    public ImageDataInspection Run(Tensor features, Func<int, GrayLevels?> gray, InspectedFeatures about)
    {
        (FeatureNeighbors alike, FeatureNeighbors near) = Compare(features);
        var groups = new NearDuplicateSearch(alike, options.DuplicateSimilarity, gray, options.Cancellation).Groups();
        using var heads = new LinearHeads(
            features, _labels, classes.Count, (done, total) => Report(ImageDataInspectionPhase.Heads, done, total));
        var crossed = new CrossValidatedHeads(
            heads, _labels, classes.Count, options.Folds, seed, [.. groups.Select(group => group.Images)], options.Cancellation);
        crossed.ChoosePenalty();
        float[][] first = crossed.Probabilities(new HashSet<int>());
        var given = new ConfidentLearning(first, _labels, classes.Count);
        float[][] second = crossed.Probabilities(given.OffDiagonal(DoubtfulSupport).ToHashSet());
        return new()
        {
            Backbone = about.Backbone,
            ImageSize = about.ImageSize,
            Images = rows.Count,
            Classes = [.. classes.Select((label, index) => Class(label, index, given))],
            Accuracy = (double)_labels.Index().Count(pair => given.Predicted(pair.Index) == pair.Item) / rows.Count,
            SuspectLabels = Suspects(second),
            NearDuplicates = Ordered(groups),
            Outliers = Outliers(near),
            ConfusableClasses = Confusable(given, first),
            LearningCurve = new LearningCurve(crossed.LearningCurve(CurveFractions)),
            Skipped = about.Skipped,
            Seconds = 0,
            Decoding = options.Decoding,
        };
    }

    /// <summary>The neighbors by what images do not have in common, and by all of their features.</summary>
    private (FeatureNeighbors Alike, FeatureNeighbors Near) Compare(Tensor features)
    {
        using var scope = NewDisposeScope();
        int compared = 0;
        // What all images have in common would make all of them similar; what lacks it is an outlier.
        return (Compared(features - features.mean([0], keepdim: true)), Compared(features));

        FeatureNeighbors Compared(Tensor values) => FeatureNeighbors.Find(
            values, Neighbors, done => Report(ImageDataInspectionPhase.Neighbors, compared += done, 2 * rows.Count), options.Cancellation);
    }

    private static int[] LabelsOf(IReadOnlyList<ImageRow> rows, IReadOnlyList<string> classes)
    {
        var index = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        return [.. rows.Select(row => index[row.Label])];
    }

    private void Report(ImageDataInspectionPhase phase, int done, int total) => options.Progress?.Report(new(phase, done, total));

    private ClassInspection Class(string label, int index, ConfidentLearning given)
    {
        int[] images = [.. Enumerable.Range(0, rows.Count).Where(image => _labels[image] == index)];
        return new(label, images.Length, images.Length == 0 ? double.NaN
            : (double)images.Count(image => given.Predicted(image) == index) / images.Length);
    }

    private SuspectLabel[] Suspects(float[][] probabilities)
    {
        var learning = new ConfidentLearning(probabilities, _labels, classes.Count);
        var large = _labels.CountBy(label => label).Where(pair => pair.Value >= ClassInspection.LeastImages)
            .Select(pair => pair.Key).ToHashSet();
        return
        [
            .. from image in learning.Suspects(options.SuspectSupport)
               where large.Contains(_labels[image])
               let suggested = learning.Predicted(image)
               select new SuspectLabel(rows[image], classes[suggested], probabilities[image][_labels[image]],
                   probabilities[image][suggested], learning.Support(image)),
        ];
    }

    private NearDuplicates[] Ordered(IEnumerable<(int[] Images, double Similarity)> groups) =>
    [
        .. groups.Select(group => new NearDuplicates([.. group.Images.Select(image => rows[image])], group.Similarity))
            .OrderByDescending(group => group.LabelsDisagree).ThenByDescending(group => group.IsLeakage)
            .ThenByDescending(group => group.Similarity),
    ];

    private ImageOutlier[] Outliers(FeatureNeighbors neighbors)
    {
        if (neighbors.PerRow == 0) return [];
        // The square of the distance of unit vectors is twice one minus their cosine.
        double[] distances = [.. Enumerable.Range(1, rows.Count)
            .Select(images => Math.Sqrt(Math.Max(0, 2 - 2.0 * neighbors.Similarities[images * neighbors.PerRow - 1])))];
        return [.. Enumerable.Range(0, rows.Count).GroupBy(image => _labels[image]).SelectMany(OfClass)
            .Where(outlier => outlier.Score > options.OutlierScore).OrderByDescending(outlier => outlier.Score)];

        IEnumerable<ImageOutlier> OfClass(IEnumerable<int> images)
        {
            int[] all = [.. images];
            double median = Median(all.Select(image => distances[image]));
            double deviation = Math.Max(LeastDeviation, Median(all.Select(image => Math.Abs(distances[image] - median))));
            return all.Select(image => new ImageOutlier(
                rows[image], distances[image], (distances[image] - median) / (DeviationOfMedian * deviation)));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[ordered.Length / 2] + ordered[(ordered.Length - 1) / 2]) / 2;
    }

    private ConfusableClasses[] Confusable(ConfidentLearning given, float[][] probabilities)
    {
        var taken = Enumerable.Range(0, rows.Count).Where(image => given.Predicted(image) != _labels[image])
            .ToLookup(image => (_labels[image], given.Predicted(image)));
        int[] counts = [.. classes.Select((_, index) => _labels.Count(label => label == index))];
        return
        [
            .. from one in Enumerable.Range(0, classes.Count)
               from other in Enumerable.Range(one + 1, classes.Count - one - 1)
               let rate = (double)(taken[(one, other)].Count() + taken[(other, one)].Count()) / (counts[one] + counts[other])
               where rate >= options.ConfusionRate
               orderby rate descending
               select new ConfusableClasses(classes[one], classes[other], rate, Taken(one, other), Taken(other, one)),
        ];

        ImageRow[] Taken(int label, int other) => [.. taken[(label, other)].OrderByDescending(image => probabilities[image][other])
            .Select(image => rows[image])];
    }
}

/// <summary>What is known of images beside their features.</summary>
/// <param name="Backbone">The backbone.</param>
/// <param name="ImageSize">The side in pixels of what it saw.</param>
/// <param name="Skipped">The images that could not be read.</param>
internal sealed record InspectedFeatures(string Backbone, int ImageSize, IReadOnlyList<MLTransfer.Imaging.SkippedImage> Skipped);
