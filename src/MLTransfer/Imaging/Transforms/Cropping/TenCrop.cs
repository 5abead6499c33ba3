using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>
/// Cuts the four corners and the centre of a picture and of its mirror image, for predictions that are averaged over several views. As
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
    /// <param name="picture">The picture, left as it is.</param>
    /// <exception cref="PictureException">The picture is smaller than a crop.</exception>
    public IReadOnlyList<Picture> Crops(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Framing whole = Framing.Whole(picture.Width, picture.Height);
        return [.. _five.Cut(picture, whole), .. _five.Cut(picture, Vertical ? whole.Flip() : whole.Mirror())];
    }
}
