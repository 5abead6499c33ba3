using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Cuts a square of fixed size at a random place of the image with a border around it, as torchvision's <c>RandomCrop</c>; where the
/// image with its border is smaller than the square, more of the border is added on both sides (<c>pad_if_needed</c>).
/// </summary>
public sealed record RandomCrop : FramingTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="size">Side of the square, in pixels.</param>
    /// <param name="padding">Width of the border that is added on each side first, in pixels. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, the padding negative, or one of them above
    /// 1,048,576.</exception>
    public RandomCrop(int size, int padding = 0)
    {
        Size = Setting.Side(size, nameof(size));
        Padding = Setting.Border(padding, nameof(padding));
    }

    /// <summary>Side of the square, in pixels.</summary>
    public int Size { get; }

    /// <summary>Width of the border that is added on each side first, in pixels.</summary>
    public int Padding { get; }

    /// <summary>What the border shows. Default <see cref="PaddingMode.Constant"/>.</summary>
    public PaddingMode Mode { get; init; }

    /// <summary>The colour of a constant border. Default black.</summary>
    public Color Fill { get; init; }

    internal override Framing? Frame(Framing framing, ref ImageRandom random)
    {
        if (NeedsBorder(framing.Size) && (Mode != PaddingMode.Constant || Fill != Color.Black))
            return null;
        // Whether it can be done without the pixels does not depend on the place: no chance is used before that is known.
        if (framing.Crop(new Region(-Size, -Size, Size, Size)) is null)
            return null;
        int y = Start(framing.Size.Height, ref random), x = Start(framing.Size.Width, ref random);
        return framing.Crop(new Region(x, y, Size, Size));
    }

    internal override Framing Frame(Canvas canvas, ref ImageRandom random)
    {
        if (Frame(canvas.Whole, ref random) is { } withoutBorder)
            return withoutBorder;
        ImageDimensions before = canvas.Size;
        // Two steps, as in torchvision: the second mirrors what the first has mirrored.
        if (Padding > 0)
            Border.Add(canvas, Padding, Padding, Padding, Padding, Mode, Fill);
        int x = Math.Max(0, Size - canvas.Width), y = Math.Max(0, Size - canvas.Height);
        if (x > 0 || y > 0)
            Border.Add(canvas, x, y, x, y, Mode, Fill);
        int top = Start(before.Height, ref random), left = Start(before.Width, ref random);
        return canvas.Whole.Crop(new Region(left + x + Padding, top + y + Padding, Size, Size))!.Value;
    }

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Size, Size);

    private bool NeedsBorder(ImageDimensions image) => Padding > 0 || Size > image.Width || Size > image.Height;

    private int Start(int length, ref ImageRandom random)
    {
        int border = Math.Max(Padding, Size - length - Padding);
        return random.Below(length + 2 * border - Size + 1) - border;
    }
}
