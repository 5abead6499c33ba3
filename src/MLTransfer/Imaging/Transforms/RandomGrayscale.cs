using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Turns images grey, by chance; they keep three channels, which are equal. As torchvision's <c>RandomGrayscale</c>.</summary>
public sealed record RandomGrayscale : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability does not lie between 0 and 1.</exception>
    public RandomGrayscale(double probability = 0.1) : base(probability)
    {
    }

    private protected override void Change(Canvas canvas) => Tone.Gray(canvas);
}
