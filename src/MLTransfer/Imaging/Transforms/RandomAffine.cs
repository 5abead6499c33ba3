using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Turns, moves, scales and shears an image at random. As torchvision's <c>RandomAffine</c>.</summary>
public sealed record RandomAffine : PixelTransform
{
    /// <summary>Turns by up to an angle to either side.</summary>
    /// <param name="degrees">The largest angle, not negative; 0 turns nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is negative.</exception>
    public RandomAffine(double degrees) : this(-degrees, degrees) { }

    /// <summary>Turns by an angle between two, clockwise where it is positive.</summary>
    /// <param name="smallestDegrees">The smallest angle.</param>
    /// <param name="largestDegrees">The largest angle.</param>
    /// <exception cref="ArgumentOutOfRangeException">The largest angle is less than the smallest.</exception>
    [JsonConstructor]
    public RandomAffine(double smallestDegrees, double largestDegrees) =>
        (SmallestDegrees, LargestDegrees) = Setting.Angles(smallestDegrees, largestDegrees);

    /// <summary>The smallest angle.</summary>
    public double SmallestDegrees { get; }

    /// <summary>The largest angle.</summary>
    public double LargestDegrees { get; }

    /// <summary>How far it is moved to the left or right at most, as a part of its width. Default 0.</summary>
    public double HorizontalMove { get; init => field = Setting.Share(value); }

    /// <summary>How far it is moved up or down at most, as a part of its height. Default 0.</summary>
    public double VerticalMove { get; init => field = Setting.Share(value); }

    /// <summary>How many times as large at least. Default 1.</summary>
    public double SmallestScale { get; init => field = Setting.Positive(value); } = 1;

    /// <summary>How many times as large at most. Default 1.</summary>
    public double LargestScale { get; init => field = Setting.Positive(value); } = 1;

    /// <summary>By how many degrees it is sheared along its width at most, to either side. Default 0.</summary>
    public double HorizontalShear { get; init => field = Setting.Between(0, value, 89); }

    /// <summary>By how many degrees it is sheared along its height at most, to either side. Default 0.</summary>
    public double VerticalShear { get; init => field = Setting.Between(0, value, 89); }

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Nearest"/>, as in torchvision.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>What stays where it is before the move. Default the middle.</summary>
    public ImagePoint? Center { get; init; }

    /// <summary>The colour where the image no longer is. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(Canvas canvas, ref ImageRandom random) =>
        Warp.Affine(canvas, Map(canvas.Size, ref random), Interpolation, Fill);

    internal AffineMap Map(ImageDimensions size, ref ImageRandom random)
    {
        double degrees = random.Between(SmallestDegrees, LargestDegrees);
        double right = Math.Round(Either(HorizontalMove * size.Width, ref random)),
            down = Math.Round(Either(VerticalMove * size.Height, ref random));
        double scale = random.Between(SmallestScale, LargestScale);
        ImagePoint shear = new(Either(HorizontalShear, ref random), Either(VerticalShear, ref random));
        return AffineMap.Of(Center ?? Warp.Middle(size), degrees, new ImagePoint(right, down), scale, shear);
    }

    private static double Either(double most, ref ImageRandom random) => random.Between(-most, most);
}
