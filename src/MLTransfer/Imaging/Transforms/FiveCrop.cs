using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Cuts the four corners and the centre of an image, for predictions that are averaged over several views. As torchvision's
/// <c>FiveCrop</c>.
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
    /// <param name="image">The image, left as it is.</param>
    /// <exception cref="ImageException">The image is smaller than a crop.</exception>
    public IReadOnlyList<Image> Crops(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. Cut(image, Framing.Whole(image.Width, image.Height))];
    }

    internal IEnumerable<Image> Cut(Image image, Framing whole)
    {
        int right = image.Width - Width, bottom = image.Height - Height;
        if (right < 0 || bottom < 0)
            throw new ImageException("image",
                $"it has {image.Width} x {image.Height} pixels, too few for crops of {Width} x {Height}; resize it first");
        ImageRandom none = default;
        return from framing in (Framing?[])[Part(0, 0), Part(right, 0), Part(0, bottom), Part(right, bottom),
            new CenterCrop(Width, Height).Frame(whole, ref none)]
               select Render(image, framing.Value);

        Framing? Part(int x, int y) => whole.Crop(new Region(x, y, Width, Height));
    }

    private static Image Render(Image image, Framing framing)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(Canvas.LengthOf(framing.Size, new ImageDimensions(image.Width, image.Height)));
        Renderer.Render(new PixelView(image.Pixels, image.Width, image.Height, PixelLayout.Rgb), framing, pixels);
        return new Image(framing.Size.Width, framing.Size.Height, pixels);
    }
}
