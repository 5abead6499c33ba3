using MLTransfer.Errors;

namespace MLTransfer.Imaging.Transforms;

/// <summary>A random combination of transforms of any kind, groups and custom transforms included.</summary>
public abstract record TransformGroup : BuiltInTransform
{
    private protected TransformGroup(IReadOnlyList<ImageTransform> transforms)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        Transforms = Array.AsReadOnly(transforms.ToArray());
        if (Transforms.Count == 0 || Transforms.Contains(null!))
            throw new ArgumentException(
                "The list of transforms is empty or holds null; at least one transform is expected, and none that is null.",
                nameof(transforms));
    }

    /// <summary>The transforms.</summary>
    public IReadOnlyList<ImageTransform> Transforms { get; }

    /// <summary>Whether both are of the same kind and hold the same transforms.</summary>
    /// <param name="other">The other one.</param>
    public virtual bool Equals(TransformGroup? other) => base.Equals(other) && Transforms.SequenceEqual(other.Transforms);

    /// <inheritdoc/>
    public override int GetHashCode() => Transforms.Aggregate(base.GetHashCode(), HashCode.Combine);

    /// <inheritdoc/>
    // Whatever is applied, the size is certain only where every transform keeps it.
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) =>
        Transforms.All(transform => transform.SizeAfter(before) == before) ? before : null;

    private protected void Change(ImageBuffer buffer, int index, ref ImageRandom random) =>
        TransformPipeline.Apply(Transforms[index], buffer, ref random);
}

/// <summary>Applies several transforms together, with a probability, or none of them. As torchvision's <c>RandomApply</c>.</summary>
public sealed record RandomApply : TransformGroup
{
    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">The transforms, in this order.</param>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentException">There are no transforms, or the probability is not between 0 and 1.</exception>
    public RandomApply(IReadOnlyList<ImageTransform> transforms, double probability = 0.5) : base(transforms) =>
        Probability = Require.Fraction(probability, nameof(probability));

    /// <summary>The probability, from 0 to 1.</summary>
    public double Probability { get; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        bool applied = random.Happens(Probability);
        for (int i = 0; applied && i < Transforms.Count; i++)
            Change(buffer, i, ref random);
    }
}

/// <summary>Applies one of several transforms. As torchvision's <c>RandomChoice</c>.</summary>
public sealed record RandomChoice : TransformGroup
{
    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">The transforms.</param>
    /// <param name="weights">Their relative probabilities; null: all are equally likely.</param>
    /// <exception cref="ArgumentException">There are no transforms, or the weights differ in number, are negative or all 0.</exception>
    public RandomChoice(IReadOnlyList<ImageTransform> transforms, IReadOnlyList<double>? weights = null) : base(transforms)
    {
        Weights = weights is null ? null : Array.AsReadOnly(weights.ToArray());
        if (Weights is not null && (Weights.Count != Transforms.Count || Weights.Any(weight => weight is not (>= 0 and <= float.MaxValue))
            || Weights.Sum() == 0))
            throw new ArgumentException($"The weights are {string.Join(", ", Weights)}; one for each of the {Transforms.Count} "
                + $"transforms is expected, none negative and not all 0.", nameof(weights));
    }

    /// <summary>The relative probabilities; null where all are equally likely.</summary>
    public IReadOnlyList<double>? Weights { get; }

    /// <summary>Whether both hold the same transforms and weights.</summary>
    /// <param name="other">The other one.</param>
    public bool Equals(RandomChoice? other) => base.Equals(other) && (Weights ?? []).SequenceEqual(other.Weights ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => (Weights ?? []).Aggregate(base.GetHashCode(), HashCode.Combine);

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) => Change(buffer, Choose(ref random), ref random);

    private int Choose(ref ImageRandom random)
    {
        if (Weights is null)
            return random.Below(Transforms.Count);
        double position = random.Between(0, Weights.Sum());
        int chosen = 0;
        for (int i = 0; i < Weights.Count && position >= 0; position -= Weights[i++])
            chosen = Weights[i] > 0 ? i : chosen;
        return chosen;
    }
}

/// <summary>Applies several transforms in random order. As torchvision's <c>RandomOrder</c>.</summary>
public sealed record RandomOrder : TransformGroup
{
    private const int Most = 1000;

    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">The transforms, at most a thousand.</param>
    /// <exception cref="ArgumentException">There are no transforms, or more than a thousand.</exception>
    public RandomOrder(IReadOnlyList<ImageTransform> transforms) : base(transforms) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Transforms.Count, Most, nameof(transforms));

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        Span<int> order = stackalloc int[Transforms.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        random.Shuffle(order);
        foreach (int index in order)
            Change(buffer, index, ref random);
    }
}
