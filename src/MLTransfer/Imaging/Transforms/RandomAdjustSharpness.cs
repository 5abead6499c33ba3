using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Sharpens or smooths, by chance. As torchvision's <c>RandomAdjustSharpness</c>.</summary>
public sealed record RandomAdjustSharpness : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="sharpnessFactor">0 smooths, 1 changes nothing, 2 sharpens as much as 0 smooths.</param>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a number, or the probability does not lie between 0 and
    /// 1.</exception>
    public RandomAdjustSharpness(double sharpnessFactor, double probability = 0.5) : base(probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sharpnessFactor, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sharpnessFactor, float.MaxValue);
        SharpnessFactor = sharpnessFactor;
    }

    /// <summary>0 smooths, 1 changes nothing, 2 sharpens as much as 0 smooths.</summary>
    public double SharpnessFactor { get; }

    private protected override void Change(Canvas canvas) => Tone.Sharpness(canvas, SharpnessFactor);
}
