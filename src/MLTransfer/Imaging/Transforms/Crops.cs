using System.Text.Json.Serialization;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Cuts the center; where the image is smaller, black is added around it. As torchvision's <c>CenterCrop</c>.</summary>
public sealed record CenterCrop : BuiltInTransform
{
    /// <summary>Cuts a square.</summary>
    /// <param name="size">Its side in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public CenterCrop(int size) : this(new ImageDimensions(RequireSide(size, nameof(size)), size)) { }

    /// <summary>Cuts a rectangle.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public CenterCrop(int width, int height) : this(new ImageDimensions(width, height)) { }

    [JsonConstructor]
    private CenterCrop(ImageDimensions size) =>
        Size = new ImageDimensions(RequireSide(size.Width, "width"), RequireSide(size.Height, "height"));

    /// <summary>The size of the result.</summary>
    public ImageDimensions Size { get; }

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => Size;

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) => plan.Crop(new Region(
        Start(plan.Size.Width, Size.Width), Start(plan.Size.Height, Size.Height), Size.Width, Size.Height));

    // The odd pixel goes where torchvision puts it: a half is rounded to even when cutting, down when adding.
    private static int Start(int before, int after) =>
        after > before ? -((after - before) / 2) : (int)Math.Round((before - after) / 2.0);
}

/// <summary>
/// Cuts a square of fixed size at a random position of the image with a border around it, as torchvision's <c>RandomCrop</c>; where the
/// image with its border is smaller than the square, more of the border is added on both sides (<c>pad_if_needed</c>).
/// </summary>
public sealed record RandomCrop : BuiltInTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="size">Side of the square, in pixels.</param>
    /// <param name="padding">Width of the border that is added on each side first, in pixels. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is not positive, the padding negative, or one of them above 1,048,576.
    /// </exception>
    public RandomCrop(int size, int padding = 0) =>
        (Size, Padding) = (RequireSide(size, nameof(size)), RequireBorder(padding, nameof(padding)));

    /// <summary>Side of the square, in pixels.</summary>
    public int Size { get; }

    /// <summary>Width of the border that is added on each side first, in pixels.</summary>
    public int Padding { get; }

    /// <summary>How the border is filled. Default <see cref="PaddingMode.Constant"/>.</summary>
    public PaddingMode Mode { get; init; }

    /// <summary>The color of a constant border. Default black.</summary>
    public Color Fill { get; init; }

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Size, Size);

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random)
    {
        if (NeedsBorder(plan.Size) && (Mode != PaddingMode.Constant || Fill != Color.Black))
            return null;
        // Whether pixels are needed does not depend on the position: it is known before any random number is drawn.
        if (plan.Crop(new Region(-Size, -Size, Size, Size)) is null)
            return null;
        int y = Start(plan.Size.Height, ref random), x = Start(plan.Size.Width, ref random);
        return plan.Crop(new Region(x, y, Size, Size));
    }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        ImageDimensions before = buffer.Size;
        // Two steps, as in torchvision: the second one mirrors what the first one has mirrored.
        if (Padding > 0)
            Border.Add(buffer, Padding, Padding, Padding, Padding, Mode, Fill);
        int x = Math.Max(0, Size - buffer.Width), y = Math.Max(0, Size - buffer.Height);
        if (x > 0 || y > 0)
            Border.Add(buffer, x, y, x, y, Mode, Fill);
        int top = Start(before.Height, ref random), left = Start(before.Width, ref random);
        Region part = new(left + x + Padding, top + y + Padding, Size, Size);
        buffer.Render(buffer.View, buffer.Whole.Crop(part)!.Value);
    }

    private bool NeedsBorder(ImageDimensions image) => Padding > 0 || Size > image.Width || Size > image.Height;

    private int Start(int length, ref ImageRandom random)
    {
        int border = Math.Max(Padding, Size - length - Padding);
        return random.Below(length + 2 * border - Size + 1) - border;
    }
}

/// <summary>
/// Cuts a rectangle of random area and shape at a random position and resizes it to a square. Sampled as torchvision's
/// <c>RandomResizedCrop</c>: ten attempts, then the largest centered rectangle of an allowed shape.
/// </summary>
public sealed record RandomResizedCrop : BuiltInTransform
{
    private const int Attempts = 10;

    /// <summary>Creates the transform.</summary>
    /// <param name="size">Side of the resulting square, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public RandomResizedCrop(int size) => Size = RequireSide(size, nameof(size));

    /// <summary>Side of the resulting square, in pixels.</summary>
    public int Size { get; }

    /// <summary>Area of the rectangle, as a fraction of the image's. Default 0.08 to 1.</summary>
    public Interval Scale { get; init => field = value.Within(0, 1, nameof(Scale)); } = new(0.08, 1);

    /// <summary>Width / height of the rectangle. Default 3/4 to 4/3.</summary>
    public Interval AspectRatio { get; init => field = value.Positive(nameof(AspectRatio)); } = new(3.0 / 4, 4.0 / 3);

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Size, Size);

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random)
    {
        // Asked of the whole window: another part of it may reach beyond the image than the one that will be chosen.
        if (!plan.CanResize)
            return null;
        return plan.Crop(ChooseRegion(plan.Size, ref random))?.Resize(new ImageDimensions(Size, Size), Interpolation);
    }

    internal Region ChooseRegion(ImageDimensions image, ref ImageRandom random)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * Scale.Sample(ref random);
            double ratio = Math.Exp(random.Between(Math.Log(AspectRatio.Least), Math.Log(AspectRatio.Most)));
            int width = (int)Math.Round(Math.Sqrt(part * ratio)), height = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width < 1 || height < 1 || width > image.Width || height > image.Height)
                continue;
            int y = random.Below(image.Height - height + 1), x = random.Below(image.Width - width + 1);
            return new Region(x, y, width, height);
        }
        return Centered(image);
    }

    private Region Centered(ImageDimensions image)
    {
        (int width, int height) = image;
        double ratio = (double)width / height;
        if (ratio < AspectRatio.Least)
            height = Math.Clamp((int)Math.Round(width / AspectRatio.Least), 1, height);
        else if (ratio > AspectRatio.Most)
            width = Math.Clamp((int)Math.Round(height * AspectRatio.Most), 1, width);
        return new Region((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
