namespace MLTransfer;

/// <summary>The prediction of a model for one image.</summary>
public sealed class ImagePrediction
{
    private readonly IReadOnlyList<string> _labels;

    internal ImagePrediction(string name, IReadOnlyList<string> labels, float[] probabilities)
    {
        Name = name;
        _labels = labels;
        Probabilities = probabilities;
    }

    internal ImagePrediction(string name, string error) : this(name, [], []) => Error = error;

    /// <summary>The path of the image.</summary>
    public string Name { get; }

    /// <summary>Why it could not be scored; <see langword="null"/> when it was.</summary>
    public string? Error { get; }

    /// <summary>
    /// Why the model does not commit itself to a class; <see langword="null"/> where it does, and where there is an error.
    /// </summary>
    public string? RejectionReason { get; internal init; }

    /// <summary>
    /// How unlike the training images it is, by <see cref="RejectionRule.GreatestDistance"/>; NaN where the model does not look at that.
    /// </summary>
    public float Distance { get; internal init; } = float.NaN;

    /// <summary>Whether the model rejects the image: it is not sure enough, or the image is unlike those it was trained on.</summary>
    public bool Rejected => RejectionReason is not null;

    /// <summary>One probability per class, in the order of the model's labels; empty where there is an error.</summary>
    public IReadOnlyList<float> Probabilities { get; }

    /// <summary>The most probable class; <see langword="null"/> where there is an error.</summary>
    public string? Label => Probabilities.Count == 0 ? null : _labels[Best];

    /// <summary>The probability of <see cref="Label"/>; NaN where there is an error.</summary>
    public float Probability => Probabilities.Count == 0 ? float.NaN : Probabilities[Best];

    private int Best
    {
        get
        {
            int best = 0;
            for (int label = 1; label < Probabilities.Count; label++)
            {
                if (Probabilities[label] > Probabilities[best]) best = label;
            }

            return best;
        }
    }

    /// <summary>The class at a place of <see cref="Probabilities"/>.</summary>
    internal string LabelAt(int index) => _labels[index];

    /// <summary>The most probable classes, best first; among equals, in the order of the labels.</summary>
    /// <param name="count">The maximum number of classes returned.</param>
    public IReadOnlyList<LabelProbability> Top(int count) =>
        [.. _labels.Zip(Probabilities, (label, probability) => new LabelProbability(label, probability))
            .OrderByDescending(pair => pair.Probability).Take(count)];
}

/// <summary>A class and its probability.</summary>
/// <param name="Label">The class.</param>
/// <param name="Probability">From 0 to 1; the probabilities of all classes add up to 1.</param>
public sealed record LabelProbability(string Label, float Probability);
