using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Cuts the four corners and the centre of an image and of its mirror image, for predictions that are averaged over several views. As
/// torchvision's <c>TenCrop</c>.
/// </summary>
public sealed record TenCrop
{
    private readonly FiveCrop _five;

    /// <summary>Cuts squares.</summary>
    /// <param name="size">Their side in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public TenCrop(int size) : this(size, size) { }

    /// <summary>Cuts rectangles.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public TenCrop(int width, int height) => _five = new FiveCrop(width, height);

    /// <summary>Width of each crop, in pixels.</summary>
    public int Width => _five.Width;

    /// <summary>Height of each crop, in pixels.</summary>
    public int Height => _five.Height;

    /// <summary>Whether top and bottom are exchanged in the mirror image rather than left and right. Default no.</summary>
    public bool Vertical { get; init; }

    /// <summary>The five of <see cref="FiveCrop"/>, then those of the mirror image.</summary>
    /// <param name="image">The image, left as it is.</param>
    /// <exception cref="ImageException">The image is smaller than a crop.</exception>
    public IReadOnlyList<Image> Crops(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Framing whole = Framing.Whole(image.Width, image.Height);
        return [.. _five.Cut(image, whole), .. _five.Cut(image, Vertical ? whole.Flip() : whole.Mirror())];
    }
}
