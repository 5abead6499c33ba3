using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>
/// Cuts the four corners and the centre of a picture, for predictions that are averaged over several views. As torchvision's <c>FiveCrop</c>.
/// </summary>
public sealed record FiveCrop
{
    /// <summary>Cuts squares.</summary>
    /// <param name="size">Their side in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public FiveCrop(int size) : this(size, size) { }

    /// <summary>Cuts rectangles.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public FiveCrop(int width, int height)
    {
        (Width, Height) = (Setting.Side(width, nameof(width)), Setting.Side(height, nameof(height)));
    }

    /// <summary>Width of each crop, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of each crop, in pixels.</summary>
    public int Height { get; }

    /// <summary>The corners at the top left, top right, bottom left, bottom right, and the centre.</summary>
    /// <param name="picture">The picture, left as it is.</param>
    /// <exception cref="PictureException">The picture is smaller than a crop.</exception>
    public IReadOnlyList<Picture> Crops(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return [.. Cut(picture, Framing.Whole(picture.Width, picture.Height))];
    }

    internal IEnumerable<Picture> Cut(Picture picture, Framing whole)
    {
        int right = picture.Width - Width, bottom = picture.Height - Height;
        if (right < 0 || bottom < 0)
            throw new PictureException("picture", $"it has {picture.Width} x {picture.Height} pixels, too few for crops of {Width} x {Height}; resize it first");
        PictureRandom none = default;
        return from framing in (Framing?[])[Part(0, 0), Part(right, 0), Part(0, bottom), Part(right, bottom), new CenterCrop(Width, Height).Frame(whole, ref none)]
               select Render(picture, framing.Value);

        Framing? Part(int x, int y) => whole.Crop(new Region(x, y, Width, Height));
    }

    private static Picture Render(Picture picture, Framing framing)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(Canvas.LengthOf(framing.Size, new PictureSize(picture.Width, picture.Height)));
        Renderer.Render(new PixelView(picture.Pixels, picture.Width, picture.Height, PixelLayout.Rgb), framing, pixels);
        return new Picture(framing.Size.Width, framing.Size.Height, pixels);
    }
}
