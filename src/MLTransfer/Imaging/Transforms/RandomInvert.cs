using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Turns light to dark and colours to their opposites, by chance. As torchvision's <c>RandomInvert</c>.</summary>
public sealed record RandomInvert : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability does not lie between 0 and 1.</exception>
    public RandomInvert(double probability = 0.5) : base(probability)
    {
    }

    private protected override void Change(Canvas canvas) => Tone.Invert(canvas);
}
