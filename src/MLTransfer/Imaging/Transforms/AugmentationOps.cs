using MLTransfer.Imaging.Kernels;
using static MLTransfer.Imaging.Transforms.AugmentationOp;
using static MLTransfer.Imaging.Transforms.AugmentationRange;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Chooses operations on geometry and color, and their strength, at random.</summary>
public abstract record AugmentationPolicy : BuiltInTransform
{
    private protected AugmentationPolicy()
    {
    }

    /// <summary>How the geometric operations interpolate. Default <see cref="Interpolation.Nearest"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>The color beyond an image that geometric operations moved. Default black.</summary>
    public Color Fill { get; init; }

    /// <summary>Applies an operation.</summary>
    /// <param name="buffer">The image.</param>
    /// <param name="range">The operation with its magnitudes.</param>
    /// <param name="bin">The magnitude bin, from 0.</param>
    /// <param name="bins">The number of bins.</param>
    /// <param name="negative">Whether the magnitude is negated, where it is signed.</param>
    internal void Run(ImageBuffer buffer, AugmentationRange range, int bin, int bins, bool negative)
    {
        double magnitude = range.Magnitude(bin, bins, buffer.Size);
        range.Op.Run(buffer, range.Signed && negative ? -magnitude : magnitude, Interpolation, Fill);
    }
}

/// <summary>An operation of the policies, with the pixels of torchvision's <c>_apply_op</c> on a PIL image.</summary>
/// <param name="Name">Its name in torchvision.</param>
/// <param name="Run">Applies it with a magnitude, whose meaning depends on the operation.</param>
internal sealed record AugmentationOp(string Name, Action<ImageBuffer, double, Interpolation, Color> Run)
{
    internal static readonly AugmentationOp Identity = new(nameof(Identity), (_, _, _, _) => { });

    internal static readonly AugmentationOp ShearX = new(nameof(ShearX), (image, magnitude, interpolation, fill) =>
        Warp.Affine(image, AffineMap.Inverse(default, 0, shear: new ImagePoint(Degrees(magnitude), 0)), interpolation, fill));

    internal static readonly AugmentationOp ShearY = new(nameof(ShearY), (image, magnitude, interpolation, fill) =>
        Warp.Affine(image, AffineMap.Inverse(default, 0, shear: new ImagePoint(0, Degrees(magnitude))), interpolation, fill));

    internal static readonly AugmentationOp TranslateX = new(nameof(TranslateX), (image, magnitude, interpolation, fill) =>
        Warp.Affine(image, AffineMap.Inverse(Warp.Middle(image.Size), 0, new ImagePoint((int)magnitude, 0)), interpolation, fill));

    internal static readonly AugmentationOp TranslateY = new(nameof(TranslateY), (image, magnitude, interpolation, fill) =>
        Warp.Affine(image, AffineMap.Inverse(Warp.Middle(image.Size), 0, new ImagePoint(0, (int)magnitude)), interpolation, fill));

    internal static readonly AugmentationOp Rotate =
        new(nameof(Rotate), (image, magnitude, interpolation, fill) => Warp.Rotate(image, magnitude, interpolation, fill));

    internal static readonly AugmentationOp Brightness =
        new(nameof(Brightness), (image, magnitude, _, _) => ColorOps.Brightness(image, 1 + magnitude));

    internal static readonly AugmentationOp Color =
        new(nameof(Color), (image, magnitude, _, _) => ColorOps.Saturation(image, 1 + magnitude));

    internal static readonly AugmentationOp Contrast =
        new(nameof(Contrast), (image, magnitude, _, _) => ColorOps.Contrast(image, 1 + magnitude));

    internal static readonly AugmentationOp Sharpness =
        new(nameof(Sharpness), (image, magnitude, _, _) => ColorOps.Sharpness(image, 1 + magnitude));

    internal static readonly AugmentationOp Posterize =
        new(nameof(Posterize), (image, magnitude, _, _) => ColorOps.Posterize(image, (int)magnitude));

    internal static readonly AugmentationOp Solarize =
        new(nameof(Solarize), (image, magnitude, _, _) => ColorOps.Solarize(image, magnitude));

    internal static readonly AugmentationOp AutoContrast = new(nameof(AutoContrast), (image, _, _, _) => ColorOps.Autocontrast(image));

    internal static readonly AugmentationOp Equalize = new(nameof(Equalize), (image, _, _, _) => ColorOps.Equalize(image));

    internal static readonly AugmentationOp Invert = new(nameof(Invert), (image, _, _, _) => ColorOps.Invert(image));

    // Magnitudes of shears are tangents.
    private static double Degrees(double tangent) => Math.Atan(tangent) * (180 / Math.PI);
}

/// <summary>The magnitude of an operation.</summary>
/// <param name="bin">The magnitude bin, from 0.</param>
/// <param name="bins">The number of bins.</param>
/// <param name="size">Size of the image.</param>
internal delegate double Magnitude(int bin, int bins, ImageDimensions size);

/// <summary>An operation and its magnitudes.</summary>
/// <param name="Op">The operation.</param>
/// <param name="Magnitude">Its magnitudes.</param>
/// <param name="Signed">Whether the sign is random.</param>
internal sealed record AugmentationRange(AugmentationOp Op, Magnitude Magnitude, bool Signed)
{
    /// <summary>An operation without a magnitude.</summary>
    internal static AugmentationRange Fixed(AugmentationOp operation) => new(operation, (_, _, _) => 0, false);

    /// <summary>Equal steps between two magnitudes.</summary>
    internal static AugmentationRange Between(AugmentationOp operation, double first, double last) =>
        new(operation, (bin, bins, _) => Step(first, last, bin, bins), false);

    /// <summary>Equal steps from 0 to a magnitude, with either sign.</summary>
    internal static AugmentationRange UpTo(AugmentationOp operation, double last) => UpTo(operation, _ => last);

    /// <summary>Equal steps from 0 to a magnitude that depends on the size, with either sign.</summary>
    internal static AugmentationRange UpTo(AugmentationOp operation, Func<ImageDimensions, double> last) =>
        new(operation, (bin, bins, size) => Step(0, last(size), bin, bins), true);

    /// <summary>Posterizing to fewer and fewer bits.</summary>
    internal static AugmentationRange Bits(int most, int least) =>
        new(AugmentationOp.Posterize, (bin, bins, _) => most - MathF.Round(bin / (float)((bins - 1) / (double)(most - least))), false);

    // Bit for bit torch's linspace on processors with AVX2, because the last bit of a factor decides the level of many pixels: it counts
    // from the nearer end, and where there are sixteen numbers or more, from every eighth number only.
    private static double Step(double first, double last, int bin, int bins)
    {
        float start = (float)first, end = (float)last, step = (end - start) / (bins - 1);
        int near = bin < bins / 16 * 16 ? bin / 8 * 8 : bin;
        float from = near < bins / 2 ? MathF.FusedMultiplyAdd(step, near, start) : MathF.FusedMultiplyAdd(-step, bins - 1 - near, end);
        return from + step * (bin - near);
    }
}

/// <summary>The operations of each policy: torchvision's tables, in their order.</summary>
internal static class AugmentationSpaces
{
    internal static IReadOnlyList<AugmentationRange> RandAugment { get; } =
    [
        Fixed(Identity),
        UpTo(ShearX, 0.3), UpTo(ShearY, 0.3),
        UpTo(TranslateX, size => 150.0 / 331.0 * size.Width), UpTo(TranslateY, size => 150.0 / 331.0 * size.Height),
        UpTo(Rotate, 30),
        UpTo(Brightness, 0.9), UpTo(AugmentationOp.Color, 0.9), UpTo(Contrast, 0.9), UpTo(Sharpness, 0.9),
        Bits(8, 4), Between(Solarize, 255, 0),
        Fixed(AutoContrast), Fixed(Equalize),
    ];

    internal static IReadOnlyList<AugmentationRange> AutoAugment { get; } = [.. RandAugment.Skip(1), Fixed(Invert)];

    internal static IReadOnlyList<AugmentationRange> TrivialAugmentWide { get; } =
    [
        Fixed(Identity),
        UpTo(ShearX, 0.99), UpTo(ShearY, 0.99),
        UpTo(TranslateX, 32), UpTo(TranslateY, 32),
        UpTo(Rotate, 135),
        UpTo(Brightness, 0.99), UpTo(AugmentationOp.Color, 0.99), UpTo(Contrast, 0.99), UpTo(Sharpness, 0.99),
        Bits(8, 2), Between(Solarize, 255, 0),
        Fixed(AutoContrast), Fixed(Equalize),
    ];

    internal static IReadOnlyList<AugmentationRange> AugMixGeometry { get; } =
    [
        UpTo(ShearX, 0.3), UpTo(ShearY, 0.3),
        UpTo(TranslateX, size => size.Width / 3.0), UpTo(TranslateY, size => size.Height / 3.0),
        UpTo(Rotate, 30),
        Bits(4, 0), Between(Solarize, 255, 0),
        Fixed(AutoContrast), Fixed(Equalize),
    ];

    internal static IReadOnlyList<AugmentationRange> AugMix { get; } =
        [.. AugMixGeometry, UpTo(Brightness, 0.9), UpTo(AugmentationOp.Color, 0.9), UpTo(Contrast, 0.9), UpTo(Sharpness, 0.9)];
}
