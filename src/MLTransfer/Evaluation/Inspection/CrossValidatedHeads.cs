using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Cross-validates linear heads: every image is judged by heads that were not trained on it.</summary>
/// <param name="heads">Trains the heads.</param>
/// <param name="labels">The class of each image.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="folds">The number of folds, at most that of images.</param>
/// <param name="seed">Decides the folds.</param>
/// <param name="copies">Groups of near duplicates: held out together, since a copy would tell a head the label of its image.</param>
/// <param name="cancel">Stops after a step of the heads.</param>
internal sealed class CrossValidatedHeads(
    LinearHeads heads, IReadOnlyList<int> labels, int classes, int folds, int seed, IReadOnlyList<int[]> copies, CancellationToken cancel)
{
    private const int Repeats = 2;

    private static readonly double[] Penalties = [3e-3, 1e-3, 3e-4, 1e-4];

    /// <summary>The penalty by which the heads predict the labels of held-out images best, by log-loss.</summary>
    internal double Penalty { get; private set; } = Penalties[0];

    /// <summary>Chooses the penalty.</summary>
    internal void ChoosePenalty()
    {
        var parts = Folds(repeat: 0);
        var results = heads.Probabilities(
            [.. Penalties.SelectMany(penalty => parts.Select(part => new HeadRows(part.Kept, part.HeldOut, penalty)))], cancel);
        double[] losses = [.. Penalties.Select((_, index) =>
            LogLoss(Collected(parts, [.. results.Skip(index * parts.Count).Take(parts.Count)])))];
        Penalty = Penalties[losses.IndexOf(losses.Min())];
    }

    /// <summary>The probabilities of each image's classes, averaged over repetitions with other folds.</summary>
    /// <param name="without">Images that no head is trained on.</param>
    internal float[][] Probabilities(IReadOnlySet<int> without)
    {
        (IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut)[] parts = [.. Enumerable.Range(0, Repeats).SelectMany(Folds)];
        return Collected(parts, heads.Probabilities([.. parts.Select(part => new HeadRows(Trained(part.Kept), part.HeldOut, Penalty))],
            cancel), Repeats);

        IReadOnlyList<int> Trained(IReadOnlyList<int> kept)
        {
            int[] trusted = [.. kept.Where(image => !without.Contains(image))];
            return trusted.Length > 0 ? trusted : kept;
        }
    }

    /// <summary>The accuracy of heads that are trained on fewer images, over all images as they are held out.</summary>
    /// <param name="fractions">Fractions of the training images of each fold.</param>
    internal IReadOnlyList<LearningCurvePoint> LearningCurve(IReadOnlyList<double> fractions)
    {
        var parts = Folds(repeat: 0);
        var plan = fractions
            .Select(fraction => parts.Select((part, fold) => new HeadRows(Some(part.Kept, fraction, fold), part.HeldOut, 0)).ToArray())
            // Fewer than two images a class make no classifier.
            .Where(rows => rows.Min(head => head.Trained.Count) >= 2 * classes).ToArray();
        int all = parts.Max(part => part.Kept.Count);
        // The same penalty for the sum of the losses: fewer images need more of it for their mean.
        HeadRows[] trained = [.. plan.SelectMany(rows => rows).Select(rows => rows with { Penalty = Penalty * all / rows.Trained.Count })];
        var results = heads.Probabilities(trained, cancel);
        return [.. plan.Select((rows, index) => Point(rows, [.. results.Skip(index * parts.Count).Take(parts.Count)]))];
    }

    private LearningCurvePoint Point(HeadRows[] rows, float[][] results)
    {
        int[] correct = [.. rows.Zip(results, (head, result) => head.Asked.Where((image, index) =>
        {
            ReadOnlySpan<float> row = result.AsSpan(index * classes, classes);
            return row[labels[image]] == Max(row);
        }).Count())];
        double[] each = [.. correct.Zip(rows, (right, head) => (double)right / head.Asked.Count)];
        double mean = each.Average(), variance = each.Sum(one => (one - mean) * (one - mean)) / (each.Length - 1);
        return new((int)Math.Round(rows.Average(head => head.Trained.Count)), (double)correct.Sum() / labels.Count, Math.Sqrt(variance));
    }

    private static float Max(ReadOnlySpan<float> row)
    {
        float most = row[0];
        foreach (float value in row) most = Math.Max(most, value);
        return most;
    }

    private IReadOnlyList<int> Some(IReadOnlyList<int> kept, double fraction, int fold)
    {
        if (fraction >= 1) return kept;
        int[] ofKept = [.. kept.Select(image => labels[image])];
        return [.. StratifiedSplit.Stratified(ofKept, [fraction, 1 - fraction], seed + fold)[0].Select(index => kept[index])];
    }

    private IReadOnlyList<(IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut)> Folds(int repeat)
    {
        int[] fold = new int[labels.Count];
        var parts = StratifiedSplit.Folds(labels, folds, seed + repeat);
        for (int part = 0; part < parts.Count; part++)
        {
            foreach (int image in parts[part].HeldOut) fold[image] = part;
        }

        // A large group, such as a whole class of frames of one film, would leave nothing to learn it from.
        foreach (int[] group in copies.Where(group => group.Length <= labels.Count / (2 * folds)))
        {
            foreach (int image in group) fold[image] = fold[group[0]];
        }

        var held = Enumerable.Range(0, folds).Select(part => (
            Kept: (IReadOnlyList<int>)[.. Enumerable.Range(0, fold.Length).Where(image => fold[image] != part)],
            HeldOut: (IReadOnlyList<int>)[.. Enumerable.Range(0, fold.Length).Where(image => fold[image] == part)]))
            .Where(part => part.Kept.Count > 0 && part.HeldOut.Count > 0).ToArray();
        // Of a few images, copies can hold all together.
        return held.Length > 0 ? held : parts;
    }

    private float[][] Collected(
        IReadOnlyList<(IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut)> parts, IReadOnlyList<float[]> results, int repeats = 1)
    {
        float[][] probabilities = [.. labels.Select(_ => new float[classes])];
        for (int part = 0; part < parts.Count; part++)
        {
            for (int index = 0; index < parts[part].HeldOut.Count; index++)
            {
                float[] row = probabilities[parts[part].HeldOut[index]];
                for (int label = 0; label < classes; label++) row[label] += results[part][index * classes + label] / repeats;
            }
        }

        return probabilities;
    }

    private double LogLoss(float[][] probabilities) =>
        probabilities.Select((row, image) => -Math.Log(Math.Max(row[labels[image]], 1e-12))).Average();
}
