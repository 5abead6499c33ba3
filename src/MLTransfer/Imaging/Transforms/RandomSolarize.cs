using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Inverts light levels and leaves dark ones, by chance. As torchvision's <c>RandomSolarize</c>.</summary>
public sealed record RandomSolarize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="threshold">The darkest level that is inverted: 0 inverts all, 256 none.</param>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold does not lie between 0 and 256, or the probability not between 0 and
    /// 1.</exception>
    public RandomSolarize(double threshold, double probability = 0.5) : base(probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, 256);
        Threshold = threshold;
    }

    /// <summary>The darkest level that is inverted.</summary>
    public double Threshold { get; }

    private protected override void Change(Canvas canvas) => Tone.Solarize(canvas, Threshold);
}
