namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Which labels contradict held-out probabilities: the confident joint of Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating
/// Uncertainty in Dataset Labels".
/// </summary>
internal sealed class ConfidentLearning
{
    private readonly IReadOnlyList<float[]> _probabilities;
    private readonly IReadOnlyList<int> _labels;

    /// <param name="probabilities">For each image the probabilities of the classes, by a model that was not trained on the image.</param>
    /// <param name="labels">The given class of each image.</param>
    /// <param name="classes">The number of classes.</param>
    internal ConfidentLearning(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels, int classes)
    {
        (_probabilities, _labels) = (probabilities, labels);
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        for (int image = 0; image < labels.Count; image++)
        {
            sums[labels[image]] += probabilities[image][labels[image]];
            counts[labels[image]]++;
        }

        Thresholds = [.. sums.Select((sum, label) => counts[label] == 0 ? double.PositiveInfinity : sum / counts[label])];
        Shares = [.. counts.Select(count => (double)count / labels.Count)];
        ConfidentJoint = new int[classes, classes];
        for (int image = 0; image < labels.Count; image++)
        {
            if (ConfidentClass(image) is { } label) ConfidentJoint[labels[image], label]++;
        }
    }

    /// <summary>For each class the mean probability that images of this label have of it.</summary>
    internal IReadOnlyList<double> Thresholds { get; }

    /// <summary>For each class the fraction of the images that have its label.</summary>
    internal IReadOnlyList<double> Shares { get; }

    /// <summary>How many images of a label (row) are confidently of a class (column).</summary>
    internal int[,] ConfidentJoint { get; }

    /// <summary>The most probable class among those that reach their thresholds; null where none does.</summary>
    internal int? ConfidentClass(int image)
    {
        float[] probabilities = _probabilities[image];
        int? best = null;
        for (int label = 0; label < probabilities.Length; label++)
        {
            if (probabilities[label] >= Thresholds[label] && (best is null || probabilities[label] > probabilities[best.Value]))
                best = label;
        }

        return best;
    }

    /// <summary>The probability of the given label, relative to the fraction of images that have this label.</summary>
    internal double Support(int image) => _probabilities[image][_labels[image]] / Shares[_labels[image]];

    /// <summary>The images off the diagonal of the confident joint whose label has little support.</summary>
    internal IEnumerable<int> OffDiagonal(double support) => Enumerable.Range(0, _labels.Count)
        .Where(image => ConfidentClass(image) is { } label && label != _labels[image] && Support(image) < support);

    /// <summary>The images for which another class is the most probable and whose label has little support, the least first.</summary>
    internal IEnumerable<int> Suspects(double support) => Enumerable.Range(0, _labels.Count)
        .Where(image => Predicted(image) != _labels[image] && Support(image) < support).OrderBy(Support);

    /// <summary>The most probable class.</summary>
    internal int Predicted(int image) => _probabilities[image].IndexOf(_probabilities[image].Max());
}
