namespace MLTransfer.Imaging.Transforms;

/// <summary>Does several transforms one after another, or none of them, by chance. As torchvision's <c>RandomApply</c>.</summary>
public sealed record RandomApply : TransformGroup
{
    /// <summary>Creates the transform.</summary>
    /// <param name="transforms">What is done, in this order.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentException">There are no transforms, or the probability does not lie between 0 and 1.</exception>
    public RandomApply(IReadOnlyList<ImageTransform> transforms, double probability = 0.5) : base(transforms) =>
        Probability = Setting.Share(probability, nameof(probability));

    /// <summary>How often they are done, from 0 to 1.</summary>
    public double Probability { get; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        bool applied = random.Happens(Probability);
        for (int i = 0; applied && i < Transforms.Count; i++)
            Change(canvas, i, ref random);
    }
}
