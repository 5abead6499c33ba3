using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>
/// When a model does not commit itself to a class: where it is not sure enough, or where an image is unlike those it was trained on. What
/// that means in numbers is chosen on the validation images. One word on the command line and in model files: <c>precision:0.95</c>,
/// <c>coverage:0.9</c>, <c>familiar:0.95</c>, or two of them, <c>precision:0.95+familiar:0.95</c>.
/// </summary>
public sealed record Rejection
{
    private const string PrecisionWord = "precision", CoverageWord = "coverage", FamiliarWord = "familiar";

    private Rejection()
    {
    }

    /// <summary>The accuracy that is wanted of the images that are not rejected; null where the rejection does not use it.</summary>
    public double? Precision { get; private init; }

    /// <summary>The fraction of images that are sure enough; null where the rejection does not use it.</summary>
    public double? Coverage { get; private init; }

    /// <summary>The fraction of images that are like the training images; null where the rejection does not use it.</summary>
    public double? Familiar { get; private init; }

    private bool LooksAtProbability => (Precision ?? Coverage) is not null;

    /// <summary>
    /// Rejects where the probability of the predicted class is low, so that of the other images as large a fraction is right as is asked,
    /// and as few as possible are rejected. It is a fraction of the validation images; of others, it is a little less.
    /// </summary>
    /// <param name="precision">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static Rejection AtPrecision(double precision) => new() { Precision = Checked(precision, nameof(precision)) };

    /// <summary>Rejects where the probability of the predicted class is low, a fixed fraction of the images.</summary>
    /// <param name="coverage">The fraction that is not rejected, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static Rejection AtCoverage(double coverage) => new() { Coverage = Checked(coverage, nameof(coverage)) };

    /// <summary>
    /// Rejects images whose features are far from those of the training images, such as those of a class that the model never saw: by the
    /// relative Mahalanobis distance (Ren et al. 2021, "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection",
    /// https://arxiv.org/abs/2106.09022).
    /// </summary>
    /// <param name="keep">The fraction of images like those of the validation that is not rejected, above 0 and below 1. Default: 0.95.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static Rejection Unfamiliar(double keep = 0.95) => new() { Familiar = Checked(keep, nameof(keep)) };

    /// <summary>Rejects what either rejects.</summary>
    /// <param name="other">One that looks at something else: probability and distance.</param>
    /// <exception cref="ArgumentException">Both look at the same.</exception>
    public Rejection And(Rejection other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Familiar is null == other.Familiar is null || LooksAtProbability == other.LooksAtProbability)
        {
            throw new ArgumentException(
                $"{this} and {other} look at the same; one by probability and one by distance go together.", nameof(other));
        }

        return new()
        {
            Precision = Precision ?? other.Precision, Coverage = Coverage ?? other.Coverage, Familiar = Familiar ?? other.Familiar,
        };
    }

    /// <summary>Parses what <see cref="ToString"/> writes.</summary>
    /// <param name="text">Such as <c>precision:0.95</c> or <c>coverage:0.9+familiar:0.95</c>; case is ignored.</param>
    /// <exception cref="FormatException">It is nothing like that, or a number is not above 0 and below 1.</exception>
    public static Rejection Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return text.ToLowerInvariant().Split('+').Select(Part).Aggregate((all, next) => all.And(next));
        }
        catch (ArgumentException refusal)
        {
            throw new FormatException(
                $"There is no rejection '{text}'. It must be {PrecisionWord}:P or {CoverageWord}:P, {FamiliarWord}:P, or both with a + "
                + $"between, such as {PrecisionWord}:0.95+{FamiliarWord}:0.95, with numbers above 0 and below 1.", refusal);
        }
    }

    /// <summary>The rejection in one word.</summary>
    public override string ToString() => string.Join('+', new[]
    {
        Word(PrecisionWord, Precision), Word(CoverageWord, Coverage), Word(FamiliarWord, Familiar),
    }.OfType<string>());

    private static Rejection Part(string word)
    {
        string[] parts = word.Split(':');
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (parts.Length != 2 || !double.TryParse(parts[1], Style, CultureInfo.InvariantCulture, out double number))
            throw new ArgumentException(word);
        return parts[0] switch
        {
            PrecisionWord => AtPrecision(number),
            CoverageWord => AtCoverage(number),
            FamiliarWord => Unfamiliar(number),
            _ => throw new ArgumentException(word),
        };
    }

    private static string? Word(string name, double? number) =>
        number is { } value ? string.Create(CultureInfo.InvariantCulture, $"{name}:{value}") : null;

    private static double Checked(double fraction, string name) => fraction is > 0 and < 1
        ? fraction : throw new ArgumentOutOfRangeException(name, fraction, "It must lie above 0 and below 1.");
}

/// <summary>When a trained model rejects an image.</summary>
/// <param name="Asked">What was asked for.</param>
/// <param name="LeastProbability">Images whose predicted class is less probable are rejected; null: none for that reason.</param>
/// <param name="GreatestDistance">Images whose features are farther from those of the training images are rejected: the relative
/// Mahalanobis distance, squared, without unit and mostly negative; null: none for that reason.</param>
public sealed record RejectionRule(Rejection Asked, double? LeastProbability, double? GreatestDistance)
{
    /// <summary>The fraction of the validation images that is not rejected; NaN where the thresholds could not be chosen.</summary>
    public double Coverage { get; init; } = double.NaN;

    /// <summary>The accuracy on the validation images that are not rejected; NaN without any.</summary>
    public double Accuracy { get; init; } = double.NaN;

    /// <summary>Why an image is rejected; null where it is not.</summary>
    /// <param name="probability">Of its predicted class.</param>
    /// <param name="distance">Of its features.</param>
    internal string? Reason(float probability, float distance)
    {
        // A distance that is no number is not small.
        if (GreatestDistance is { } greatest && !(distance <= greatest))
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"it is unlike the training images: distance {distance:0.0}, above {greatest:0.0}");
        }

        if (LeastProbability is { } least && !(probability >= least))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"its class is not probable enough: {100 * probability:0.0##} %, below {100 * least:0.0##} %");
        }

        return null;
    }

    /// <summary>Chooses the thresholds.</summary>
    /// <param name="asked">What is asked for.</param>
    /// <param name="probabilities">Of validation images, (N, classes) in blocks, at least one image.</param>
    /// <param name="labels">Their classes, (N).</param>
    /// <param name="distances">Of their features, (N); null where they are not asked for.</param>
    internal static RejectionRule Fit(Rejection asked, IEnumerable<Tensor> probabilities, Tensor labels, Tensor? distances)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        List<float> sureness = [];
        List<long> predicted = [];
        foreach (Tensor block in probabilities)
        {
            using var part = NewDisposeScope();
            (Tensor most, Tensor ofClass) = block.cpu().max(1);
            sureness.AddRange(most.data<float>());
            predicted.AddRange(ofClass.data<long>());
        }

        bool[] isRight = [.. predicted.Zip(labels.cpu().data<long>(), (found, label) => found == label)];
        double[]? far = distances?.cpu().to(ScalarType.Float64).data<double>().ToArray();
        double? greatest = asked.Familiar is { } keep && far is not null
            ? Behind([.. far.Order()], (int)Math.Ceiling(keep * far.Length)) : null;
        int[] order = [.. Enumerable.Range(0, sureness.Count).Where(index => !(greatest < far?[index]))
            .OrderByDescending(index => sureness[index])];
        int? count = asked switch
        {
            { Coverage: { } coverage } => (int)Math.Ceiling(coverage * order.Length),
            { Precision: { } precision } => MostWith(precision, order, sureness, isRight),
            _ => null,
        };
        double? least = count is { } kept ? Behind([.. order.Select(index => (double)sureness[index])], kept) : null;
        int[] accepted = [.. order.TakeWhile(index => !(sureness[index] < least))];
        return new(asked, least, greatest)
        {
            Coverage = (double)accepted.Length / sureness.Count,
            Accuracy = (double)accepted.Count(index => isRight[index]) / accepted.Length,
        };
    }

    // As many images as possible with the precision; where no number of them has it, those of the best precision.
    private static int MostWith(double precision, int[] order, List<float> sureness, bool[] isRight)
    {
        (int Count, double Precision) chosen = (0, -1);
        int right = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            if (isRight[order[rank]]) right++;
            // Equally sure images are accepted together.
            if (rank + 1 < order.Length && sureness[order[rank + 1]] == sureness[order[rank]]) continue;
            double found = (double)right / (rank + 1);
            if (found >= precision || found > chosen.Precision) chosen = (rank + 1, Math.Min(found, precision));
        }

        return chosen.Count;
    }

    // Halfway to the next: the same image scored again, among others, may be rounded in another way.
    private static double Behind(double[] sorted, int count) =>
        count < sorted.Length ? (sorted[count - 1] + sorted[count]) / 2 : sorted[count - 1];
}
