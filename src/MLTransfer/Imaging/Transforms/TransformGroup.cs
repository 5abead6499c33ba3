namespace MLTransfer.Imaging.Transforms;

/// <summary>Transforms of which chance decides what is done. They may be of any kind, groups too.</summary>
public abstract record TransformGroup : PixelTransform
{
    private protected TransformGroup(IReadOnlyList<ImageTransform> transforms)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        Transforms = Array.AsReadOnly(transforms.ToArray());
        if (Transforms.Count == 0 || Transforms.Contains(null!))
            throw new ArgumentException("The list of transforms is empty or holds nothing in one place; at least one transform is "
                + "expected, and none that is null.", nameof(transforms));
    }

    /// <summary>The transforms.</summary>
    public IReadOnlyList<ImageTransform> Transforms { get; }

    /// <summary>Whether both are of the same kind and hold the same transforms.</summary>
    /// <param name="other">The other one.</param>
    public virtual bool Equals(TransformGroup? other) => base.Equals(other) && Transforms.SequenceEqual(other.Transforms);

    /// <inheritdoc/>
    public override int GetHashCode() => Transforms.Aggregate(base.GetHashCode(), HashCode.Combine);

    // What is done or not, or in any order, has a certain size only where each keeps the one there was.
    internal override ImageDimensions? SizeAfter(ImageDimensions? before) =>
        Transforms.All(transform => transform.SizeAfter(before) == before) ? before : null;

    private protected void Change(Canvas canvas, int index, ref ImageRandom random) =>
        TransformChain.Change(canvas, Transforms[index], ref random);
}
