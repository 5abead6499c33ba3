using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Cuts the four corners and the centre of an image, for predictions averaged over several views. As torchvision's <c>FiveCrop</c>.
/// </summary>
internal sealed record FiveCrop
{
    /// <summary>Cuts squares.</summary>
    /// <param name="size">Their side in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public FiveCrop(int size) : this(BuiltInTransform.RequireSide(size, nameof(size)), size) { }

    /// <summary>Cuts rectangles.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public FiveCrop(int width, int height) =>
        (Width, Height) = (BuiltInTransform.RequireSide(width, nameof(width)), BuiltInTransform.RequireSide(height, nameof(height)));

    /// <summary>Width of each crop, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of each crop, in pixels.</summary>
    public int Height { get; }

    /// <summary>The top left, top right, bottom left and bottom right corner, and the centre.</summary>
    /// <param name="image">The image; it is not changed.</param>
    /// <exception cref="ImageException">The image is smaller than a crop.</exception>
    public IReadOnlyList<Image> Crops(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. Cut(image, CropResizePlan.Whole(image.Size))];
    }

    internal IEnumerable<Image> Cut(Image image, CropResizePlan whole)
    {
        int right = image.Width - Width, bottom = image.Height - Height;
        if (right < 0 || bottom < 0)
            throw new ImageException("image",
                $"it has {image.Width} x {image.Height} pixels, too few for crops of {Width} x {Height}; resize it first");
        ImageRandom none = default;
        CropResizePlan?[] plans =
        [
            Part(0, 0), Part(right, 0), Part(0, bottom), Part(right, bottom), new CenterCrop(Width, Height).Plan(whole, ref none),
        ];
        return plans.Select(plan => Render(image, plan!.Value));

        CropResizePlan? Part(int x, int y) => whole.Crop(new Region(x, y, Width, Height));
    }

    private static Image Render(Image image, CropResizePlan plan)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(ImageBuffer.LengthOf(plan.Size, image.Size));
        plan.Render(new PixelView(image.Pixels, image.Width, image.Height, PixelLayout.Rgb), pixels);
        return new Image(plan.Size.Width, plan.Size.Height, pixels);
    }
}

/// <summary>
/// Cuts the four corners and the centre of an image and of its mirror image, for predictions averaged over several views. As torchvision's
/// <c>TenCrop</c>.
/// </summary>
internal sealed record TenCrop
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

    /// <summary>Whether the mirror image is flipped vertically rather than horizontally. Default false.</summary>
    public bool Vertical { get; init; }

    /// <summary>The five of <see cref="FiveCrop"/>, then those of the mirror image.</summary>
    /// <param name="image">The image; it is not changed.</param>
    /// <exception cref="ImageException">The image is smaller than a crop.</exception>
    public IReadOnlyList<Image> Crops(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var whole = CropResizePlan.Whole(image.Size);
        return [.. _five.Cut(image, whole), .. _five.Cut(image, Vertical ? whole.Flip() : whole.Mirror())];
    }
}
