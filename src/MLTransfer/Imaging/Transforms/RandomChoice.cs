namespace MLTransfer.Imaging.Transforms;

/// <summary>Does one of several transforms. As torchvision's <c>RandomChoice</c>.</summary>
public sealed record RandomChoice : TransformGroup
{
    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">One of these is done.</param>
    /// <param name="weights">How often each is chosen, compared with the others; all equally often where not given.</param>
    /// <exception cref="ArgumentException">There are no transforms, or the weights are not as many, negative, or all 0.</exception>
    public RandomChoice(IReadOnlyList<ImageTransform> transforms, IReadOnlyList<double>? weights = null) : base(transforms)
    {
        Weights = weights is null ? null : Array.AsReadOnly(weights.ToArray());
        if (Weights is not null && (Weights.Count != Transforms.Count || Weights.Any(weight => weight is not (>= 0 and <= float.MaxValue))
            || Weights.Sum() == 0))
            throw new ArgumentException($"The weights are {string.Join(", ", Weights)}; one for each of the {Transforms.Count} "
                + $"transforms is expected, none negative and not all 0.", nameof(weights));
    }

    /// <summary>How often each is chosen, compared with the others; <see langword="null"/> where all are equally often.</summary>
    public IReadOnlyList<double>? Weights { get; }

    /// <summary>Whether both hold the same transforms and weights.</summary>
    /// <param name="other">The other one.</param>
    public bool Equals(RandomChoice? other) => base.Equals(other) && (Weights ?? []).SequenceEqual(other.Weights ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => (Weights ?? []).Aggregate(base.GetHashCode(), HashCode.Combine);

    internal override void Change(Canvas canvas, ref ImageRandom random) => Change(canvas, Choose(ref random), ref random);

    private int Choose(ref ImageRandom random)
    {
        if (Weights is null)
            return random.Below(Transforms.Count);
        double place = random.Between(0, Weights.Sum());
        int chosen = 0;
        for (int i = 0; i < Weights.Count && place >= 0; place -= Weights[i++])
            chosen = Weights[i] > 0 ? i : chosen;
        return chosen;
    }
}
