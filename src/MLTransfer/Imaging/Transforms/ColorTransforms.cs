using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>The color of a pixel.</summary>
/// <param name="Red">From 0 to 255.</param>
/// <param name="Green">From 0 to 255.</param>
/// <param name="Blue">From 0 to 255.</param>
public readonly record struct Color(byte Red, byte Green, byte Blue)
{
    /// <summary>All 0.</summary>
    public static Color Black { get; }

    /// <summary>All 255.</summary>
    public static Color White { get; } = new(255, 255, 255);
}

/// <summary>A color transform that is applied with a probability.</summary>
public abstract record OccasionalTransform : BuiltInTransform
{
    private protected OccasionalTransform(double probability) =>
        Probability = Require.Fraction(probability, nameof(probability));

    /// <summary>The probability, from 0 (never) to 1 (always).</summary>
    public double Probability { get; }

    internal sealed override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        if (random.Happens(Probability))
            Change(buffer);
    }

    private protected abstract void Change(ImageBuffer image);
}

/// <summary>Turns every image gray, with three equal channels. As torchvision's <c>Grayscale(3)</c>.</summary>
public sealed record Grayscale : BuiltInTransform
{
    internal override void Change(ImageBuffer buffer, ref ImageRandom random) => ColorOps.Gray(buffer);
}

/// <summary>Turns images gray, with a probability and three equal channels. As torchvision's <c>RandomGrayscale</c>.</summary>
public sealed record RandomGrayscale : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">The probability, from 0 to 1. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public RandomGrayscale(double probability = 0.1) : base(probability) { }

    private protected override void Change(ImageBuffer image) => ColorOps.Gray(image);
}

/// <summary>Inverts all colors, with a probability. As torchvision's <c>RandomInvert</c>.</summary>
public sealed record RandomInvert : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public RandomInvert(double probability = 0.5) : base(probability) { }

    private protected override void Change(ImageBuffer image) => ColorOps.Invert(image);
}

/// <summary>Keeps only the upper bits of each color, with a probability. As torchvision's <c>RandomPosterize</c>.</summary>
public sealed record RandomPosterize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="bits">How many bits of the eight are kept, from 0 to 8.</param>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits are not between 0 and 8, or the probability not in [0, 1].</exception>
    public RandomPosterize(int bits, double probability = 0.5) : base(probability)
    {
        Bits = Require.Between(0, bits, 8, nameof(bits));
    }

    /// <summary>How many bits of the eight are kept.</summary>
    public int Bits { get; }

    private protected override void Change(ImageBuffer image) => ColorOps.Posterize(image, Bits);
}

/// <summary>Inverts levels at or above a threshold, with a probability. As torchvision's <c>RandomSolarize</c>.</summary>
public sealed record RandomSolarize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="threshold">The darkest level that is inverted: 0 inverts all, 256 none.</param>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The threshold is not between 0 and 256, or the probability not in [0, 1].
    /// </exception>
    public RandomSolarize(double threshold, double probability = 0.5) : base(probability)
    {
        Threshold = Require.Between(0, threshold, 256, nameof(threshold));
    }

    /// <summary>The darkest level that is inverted.</summary>
    public double Threshold { get; }

    private protected override void Change(ImageBuffer image) => ColorOps.Solarize(image, Threshold);
}

/// <summary>
/// Stretches the levels of each color to the whole range, with a probability. As torchvision's <c>RandomAutocontrast</c>.
/// </summary>
public sealed record RandomAutocontrast : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public RandomAutocontrast(double probability = 0.5) : base(probability) { }

    private protected override void Change(ImageBuffer image) => ColorOps.Autocontrast(image);
}

/// <summary>Equalizes the histogram of each color, with a probability. As torchvision's <c>RandomEqualize</c>.</summary>
public sealed record RandomEqualize : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public RandomEqualize(double probability = 0.5) : base(probability) { }

    private protected override void Change(ImageBuffer image) => ColorOps.Equalize(image);
}

/// <summary>Sharpens or smooths, with a probability. As torchvision's <c>RandomAdjustSharpness</c>.</summary>
public sealed record RandomAdjustSharpness : OccasionalTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="sharpnessFactor">0 smooths, 1 changes nothing, 2 sharpens as much as 0 smooths.</param>
    /// <param name="probability">The probability, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The factor is negative or not a number, or the probability is not in [0, 1].
    /// </exception>
    public RandomAdjustSharpness(double sharpnessFactor, double probability = 0.5) : base(probability)
    {
        // Pixels are mixed in 32 bits, where a larger number would be infinite.
        Require.NotNegative((float)sharpnessFactor, nameof(sharpnessFactor));
        SharpnessFactor = sharpnessFactor;
    }

    /// <summary>0 smooths, 1 changes nothing, 2 sharpens as much as 0 smooths.</summary>
    public double SharpnessFactor { get; }

    private protected override void Change(ImageBuffer image) => ColorOps.Sharpness(image, SharpnessFactor);
}
