using System.Text.Json.Serialization;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>A point in an image; the center of the first pixel is (0.5, 0.5).</summary>
/// <param name="X">Pixels from the left edge.</param>
/// <param name="Y">Pixels from the upper edge.</param>
public readonly record struct ImagePoint(double X, double Y);

/// <summary>Rotates by a random angle, counter-clockwise where it is positive. As torchvision's <c>RandomRotation</c>.</summary>
public sealed record RandomRotation : BuiltInTransform
{
    /// <summary>Rotates by up to an angle to either side.</summary>
    /// <param name="degrees">The largest angle, from 0 to 360.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is negative, or above 360.</exception>
    public RandomRotation(double degrees) : this(Interval.Around(0, degrees)) { }

    /// <summary>Rotates by an angle of an interval.</summary>
    /// <param name="degrees">The angles, from -360 to 360.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end is outside, or the lower end is above the upper one.</exception>
    [JsonConstructor]
    public RandomRotation(Interval degrees) => Degrees = degrees.Within(-360, 360, nameof(Degrees));

    /// <summary>The angles.</summary>
    public Interval Degrees { get; }

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Nearest"/>, as in torchvision.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>Whether the image is enlarged to show all of the rotated one. Default false: it keeps its size.</summary>
    public bool Expand { get; init; }

    /// <summary>The fixed point. Default null: the middle of the image.</summary>
    public ImagePoint? Center { get; init; }

    /// <summary>The color beyond the rotated image. Default black.</summary>
    public Color Fill { get; init; }

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => Expand ? null : before;

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) =>
        Warp.Rotate(buffer, Degrees.Sample(ref random), Interpolation, Fill, Center, Expand);
}

/// <summary>Rotates, translates, scales and shears at random. As torchvision's <c>RandomAffine</c>.</summary>
public sealed record RandomAffine : BuiltInTransform
{
    /// <summary>Rotates by up to an angle to either side.</summary>
    /// <param name="degrees">The largest angle, from 0, no rotation, to 360.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is negative, or above 360.</exception>
    public RandomAffine(double degrees) : this(Interval.Around(0, degrees)) { }

    /// <summary>Rotates by an angle of an interval, clockwise where it is positive.</summary>
    /// <param name="degrees">The angles, from -360 to 360.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end is outside, or the lower end is above the upper one.</exception>
    [JsonConstructor]
    public RandomAffine(Interval degrees) => Degrees = degrees.Within(-360, 360, nameof(Degrees));

    /// <summary>The angles.</summary>
    public Interval Degrees { get; }

    /// <summary>Largest translation to the left or right, as a fraction of the width, from 0 to 1. Default 0.</summary>
    public double HorizontalTranslation { get; init => field = Require.Fraction(value); }

    /// <summary>Largest translation up or down, as a fraction of the height, from 0 to 1. Default 0.</summary>
    public double VerticalTranslation { get; init => field = Require.Fraction(value); }

    /// <summary>Factor of enlargement, above 0. Default 1 to 1.</summary>
    public Interval Scale { get; init => field = value.Positive(nameof(Scale)); } = new(1, 1);

    /// <summary>Largest horizontal shear to either side, in degrees, from 0 to 89. Default 0.</summary>
    public double HorizontalShear { get; init => field = Require.Between(0.0, value, 89); }

    /// <summary>Largest vertical shear to either side, in degrees, from 0 to 89. Default 0.</summary>
    public double VerticalShear { get; init => field = Require.Between(0.0, value, 89); }

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Nearest"/>, as in torchvision.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>The fixed point before the translation. Default null: the middle of the image.</summary>
    public ImagePoint? Center { get; init; }

    /// <summary>The color beyond the moved image. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) =>
        Warp.Affine(buffer, ChooseMap(buffer.Size, ref random), Interpolation, Fill);

    internal AffineMap ChooseMap(ImageDimensions size, ref ImageRandom random)
    {
        double degrees = Degrees.Sample(ref random);
        double right = Math.Round(EitherWay(HorizontalTranslation * size.Width, ref random)),
            down = Math.Round(EitherWay(VerticalTranslation * size.Height, ref random));
        double scale = Scale.Sample(ref random);
        ImagePoint shear = new(EitherWay(HorizontalShear, ref random), EitherWay(VerticalShear, ref random));
        return AffineMap.Inverse(Center ?? Warp.Middle(size), degrees, new ImagePoint(right, down), scale, shear);
    }

    private static double EitherWay(double most, ref ImageRandom random) => random.Between(-most, most);
}

/// <summary>
/// Shows an image in perspective, with a probability: each corner moves inwards at random. As torchvision's <c>RandomPerspective</c>. An
/// image one pixel wide or high stays as it is.
/// </summary>
public sealed record RandomPerspective : BuiltInTransform
{
    /// <summary>Largest movement of a corner, as a fraction of half the width and half the height, from 0 to 1. Default 0.5.</summary>
    public double Distortion { get; init => field = Require.Fraction(value); } = 0.5;

    /// <summary>The probability, from 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Require.Fraction(value); } = 0.5;

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>The color beyond the moved image. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        if (!random.Happens(Probability))
            return;
        (int right, int bottom) = (buffer.Width - 1, buffer.Height - 1);
        ReadOnlySpan<ImagePoint> corners = [new(0, 0), new(right, 0), new(right, bottom), new(0, bottom)];
        Span<ImagePoint> moved = stackalloc ImagePoint[4];
        ChooseCorners(buffer.Size, moved, ref random);
        if (PerspectiveMap.Between(corners, moved) is { } map)
            Warp.Perspective(buffer, map, Interpolation, Fill);
    }

    /// <summary>The new corners: top left, top right, bottom right, bottom left.</summary>
    internal void ChooseCorners(ImageDimensions size, Span<ImagePoint> corners, ref ImageRandom random)
    {
        int x = (int)(Distortion * (size.Width / 2)) + 1, y = (int)(Distortion * (size.Height / 2)) + 1;
        corners[0] = new ImagePoint(random.Below(x), random.Below(y));
        corners[1] = new ImagePoint(size.Width - x + random.Below(x), random.Below(y));
        corners[2] = new ImagePoint(size.Width - x + random.Below(x), size.Height - y + random.Below(y));
        corners[3] = new ImagePoint(random.Below(x), size.Height - y + random.Below(y));
    }
}
