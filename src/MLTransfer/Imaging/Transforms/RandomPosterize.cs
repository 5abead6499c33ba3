using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Keeps only the upper bits of each colour, by chance. As torchvision's <c>RandomPosterize</c>.</summary>
public sealed record RandomPosterize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="bits">How many bits of the eight are kept, from 0 to 8.</param>
    /// <param name="probability">How often images are changed, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits do not lie between 0 and 8, or the probability not between 0 and
    /// 1.</exception>
    public RandomPosterize(int bits, double probability = 0.5) : base(probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        Bits = bits;
    }

    /// <summary>How many bits of the eight are kept.</summary>
    public int Bits { get; }

    private protected override void Change(Canvas canvas) => Tone.Posterize(canvas, Bits);
}
