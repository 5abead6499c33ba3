using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Turns an image by a random angle, counter-clockwise where it is positive. As torchvision's <c>RandomRotation</c>.</summary>
public sealed record RandomRotation : PixelTransform
{
    /// <summary>Turns by up to an angle to either side.</summary>
    /// <param name="degrees">The largest angle, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is negative.</exception>
    public RandomRotation(double degrees) : this(-degrees, degrees) { }

    /// <summary>Turns by an angle between two.</summary>
    /// <param name="smallestDegrees">The smallest angle.</param>
    /// <param name="largestDegrees">The largest angle.</param>
    /// <exception cref="ArgumentOutOfRangeException">The largest angle is less than the smallest.</exception>
    [JsonConstructor]
    public RandomRotation(double smallestDegrees, double largestDegrees) =>
        (SmallestDegrees, LargestDegrees) = Setting.Angles(smallestDegrees, largestDegrees);

    /// <summary>The smallest angle.</summary>
    public double SmallestDegrees { get; }

    /// <summary>The largest angle.</summary>
    public double LargestDegrees { get; }

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Nearest"/>, as in torchvision.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>Whether the image becomes as large as it takes to show all of it. Default no: it keeps its size.</summary>
    public bool Expand { get; init; }

    /// <summary>What stays where it is. Default the middle.</summary>
    public ImagePoint? Center { get; init; }

    /// <summary>The colour of the corners that the image leaves. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(Canvas canvas, ref ImageRandom random) =>
        Warp.Rotate(canvas, random.Between(SmallestDegrees, LargestDegrees), Interpolation, Fill, Center, Expand);

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => Expand ? null : before;
}
