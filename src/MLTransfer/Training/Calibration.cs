using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>
/// How the probabilities of a model were calibrated: its logits are divided by one number, the temperature, which changes the
/// predicted class of no view (Guo et al. 2017, "On Calibration of Modern Neural Networks", https://arxiv.org/abs/1706.04599).
/// </summary>
/// <param name="Temperature">Above 1 the network was too sure of itself, below 1 not sure enough.</param>
/// <param name="Before">On the validation images, one view of each, without the temperature.</param>
/// <param name="After">The same with it; on images that it was not chosen by, a little worse.</param>
public sealed record Calibration(double Temperature, CalibrationMetrics Before, CalibrationMetrics After)
{
    /// <summary>Fewer validation images than this say too little of probabilities.</summary>
    internal const int FewestImages = 50;

    /// <summary>Temperatures are between this and its reciprocal.</summary>
    internal const double Highest = 20;

    /// <summary>
    /// Chooses the temperature with the smallest log-loss. As for Platt's scaling, a share of 1 / (N + 2) of each image counts for the
    /// other classes: otherwise a network that is right about all N would become infinitely sure.
    /// </summary>
    /// <param name="logits">(N, classes), finite.</param>
    /// <param name="labels">(N), the classes.</param>
    /// <returns>Null where there are too few images, or where no temperature lowers their log-loss.</returns>
    internal static Calibration? Of(Tensor logits, Tensor labels) => Of([(logits, labels)], labels.shape[0]);

    /// <inheritdoc cref="Of(Tensor, Tensor)"/>
    /// <param name="blocks">Logits and classes, a block of images after the other; they are gone through some thirty times.</param>
    /// <param name="images">How many there are.</param>
    internal static Calibration? Of(IEnumerable<(Tensor Logits, Tensor Labels)> blocks, long images)
    {
        if (images < FewestImages) return null;
        using var frozen = no_grad();
        double temperature = Fit(blocks, images);
        var calibration = new Calibration(temperature, Metrics(blocks, 1), Metrics(blocks, temperature));
        return calibration.After.LogLoss < calibration.Before.LogLoss ? calibration : null;
    }

    // The log-loss is convex in 1 / temperature; its slope is the mean of the expected logit less the logit that should be.
    private static double Fit(IEnumerable<(Tensor Logits, Tensor Labels)> blocks, long images)
    {
        double share = 1.0 / (images + 2);
        double wanted = Sum(blocks, (logits, labels) =>
        {
            Tensor right = logits.gather(1, labels.unsqueeze(1)).sum();
            return right * (1 - share) + (logits.sum() - right) * share / (logits.shape[1] - 1);
        });
        double lowest = -Math.Log(Highest), highest = Math.Log(Highest);
        const int Halvings = 24;
        for (int halving = 0; halving < Halvings; halving++)
        {
            double middle = (lowest + highest) / 2;
            double expected = Sum(blocks, (logits, _) => ((logits * Math.Exp(middle)).softmax(1) * logits).sum());
            if (expected < wanted) lowest = middle;
            else highest = middle;
        }

        return Math.Exp(-(lowest + highest) / 2);
    }

    private static double Sum(IEnumerable<(Tensor Logits, Tensor Labels)> blocks, Func<Tensor, Tensor, Tensor> sum)
    {
        double all = 0;
        foreach ((Tensor logits, Tensor labels) in blocks)
        {
            using var scope = NewDisposeScope();
            all += sum(logits.to(ScalarType.Float64), labels).item<double>();
        }

        return all;
    }

    private static CalibrationMetrics Metrics(IEnumerable<(Tensor Logits, Tensor Labels)> blocks, double temperature)
    {
        var tally = new CalibrationTally();
        foreach ((Tensor logits, Tensor labels) in blocks)
        {
            using var scope = NewDisposeScope();
            tally.Add((logits.to(ScalarType.Float64) / temperature).softmax(1).to(ScalarType.Float32), labels);
        }

        return tally.Metrics;
    }
}

/// <summary>How well probabilities tell how often they are right.</summary>
/// <param name="CalibrationError">The expected calibration error: the mean distance, in 15 bins of equal width, between the probability of
/// the predicted class and how often it is right (Naeini et al. 2015); 0 is best.</param>
/// <param name="BrierScore">The mean of the squared differences between the probabilities and 1 for the true class, 0 for all others,
/// summed over the classes: 0 is best, 2 worst.</param>
/// <param name="LogLoss">Mean of −ln(probability of the true class) in nats, each probability clamped to 1e-15 … 1.</param>
public sealed record CalibrationMetrics(double CalibrationError, double BrierScore, double LogLoss);

/// <summary>The images whose predicted class has a probability within a range.</summary>
/// <param name="Confidence">Their mean probability; NaN without images.</param>
/// <param name="Accuracy">The fraction classified correctly; NaN without images.</param>
/// <param name="Images">How many there are.</param>
public sealed record ReliabilityBin(double Confidence, double Accuracy, long Images);

/// <summary>Sums up how probabilities agree with classes.</summary>
internal sealed class CalibrationTally
{
    // As in Guo et al. 2017.
    private const int BinCount = 15;

    // Single precision, as in ML.NET's MulticlassClassificationEvaluator: a probability of 0 costs 34.5 nats, not infinity.
    private const float SmallestProbability = 1e-15f;

    private readonly (double Confidence, long Right, long Images)[] _bins = new (double, long, long)[BinCount];
    private double _brier, _logLoss;
    private long _images;

    /// <summary>Bins of equal width, from the lowest probability to the highest.</summary>
    public IReadOnlyList<ReliabilityBin> Bins =>
        [.. _bins.Select(bin => new ReliabilityBin(bin.Confidence / bin.Images, (double)bin.Right / bin.Images, bin.Images))];

    /// <summary>The metrics of the images so far; NaN without any.</summary>
    public CalibrationMetrics Metrics => _images == 0 ? new(double.NaN, double.NaN, double.NaN) : new(
        _bins.Sum(bin => Math.Abs(bin.Confidence - bin.Right)) / _images, _brier / _images, _logLoss / _images);

    /// <summary>Adds a batch.</summary>
    /// <param name="probabilities">(N, classes), single precision.</param>
    /// <param name="labels">(N), the classes.</param>
    /// <returns>The probabilities and the class of each image.</returns>
    public (float[] Probabilities, int Label)[] Add(Tensor probabilities, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var images = probabilities.cpu().contiguous().data<float>().ToArray().Chunk((int)probabilities.shape[1])
            .Zip(labels.cpu().data<long>(), (row, label) => (Probabilities: row, Label: (int)label)).ToArray();
        foreach ((float[] row, int label) in images) Add(row, label);
        return images;
    }

    /// <summary>Adds an image.</summary>
    /// <param name="probabilities">Of each class.</param>
    /// <param name="actual">Its class.</param>
    /// <returns>The most probable class; of equally probable ones, the first.</returns>
    public int Add(IReadOnlyList<float> probabilities, int actual)
    {
        int best = 0;
        double squares = 0;
        for (int label = 0; label < probabilities.Count; label++)
        {
            if (probabilities[label] > probabilities[best]) best = label;
            double error = probabilities[label] - (label == actual ? 1.0 : 0);
            squares += error * error;
        }

        int bin = Math.Clamp((int)Math.Ceiling(probabilities[best] * BinCount) - 1, 0, BinCount - 1);
        _bins[bin] = (_bins[bin].Confidence + probabilities[best], _bins[bin].Right + (best == actual ? 1 : 0), _bins[bin].Images + 1);
        _brier += squares;
        _logLoss -= Math.Log(Math.Clamp(probabilities[actual], SmallestProbability, 1));
        _images++;
        return best;
    }
}
