namespace MLTransfer.Imaging.Transforms;

/// <summary>Does several transforms in random order. As torchvision's <c>RandomOrder</c>.</summary>
public sealed record RandomOrder : TransformGroup
{
    private const int Most = 1000;

    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">What is done, at most a thousand.</param>
    /// <exception cref="ArgumentException">There are no transforms, or more than a thousand.</exception>
    public RandomOrder(IReadOnlyList<ImageTransform> transforms) : base(transforms) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Transforms.Count, Most, nameof(transforms));

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        Span<int> order = stackalloc int[Transforms.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        random.Shuffle(order);
        foreach (int index in order)
            Change(canvas, index, ref random);
    }
}
