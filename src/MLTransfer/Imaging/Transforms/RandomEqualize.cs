using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Makes the levels of each colour equally frequent, as far as that goes, by chance. As torchvision's <c>RandomEqualize</c>.
/// </summary>
public sealed record RandomEqualize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability does not lie between 0 and 1.</exception>
    public RandomEqualize(double probability = 0.5) : base(probability)
    {
    }

    private protected override void Change(Canvas canvas) => Tone.Equalize(canvas);
}
