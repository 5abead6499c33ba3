using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Adds a border around an image. As torchvision's <c>Pad</c>.</summary>
public sealed record Pad : FramingTransform
{
    /// <summary>Adds a border of the same width on all sides.</summary>
    /// <param name="border">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative, or above 1,048,576.</exception>
    public Pad(int border) : this(border, border, border, border) { }

    /// <summary>Adds a border.</summary>
    /// <param name="left">Width at the left, in pixels.</param>
    /// <param name="top">Height above, in pixels.</param>
    /// <param name="right">Width at the right, in pixels.</param>
    /// <param name="bottom">Height below, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is negative, or above 1,048,576.</exception>
    [JsonConstructor]
    public Pad(int left, int top, int right, int bottom)
    {
        (Left, Top) = (Setting.Border(left, nameof(left)), Setting.Border(top, nameof(top)));
        (Right, Bottom) = (Setting.Border(right, nameof(right)), Setting.Border(bottom, nameof(bottom)));
    }

    /// <summary>Width at the left, in pixels.</summary>
    public int Left { get; }

    /// <summary>Height above, in pixels.</summary>
    public int Top { get; }

    /// <summary>Width at the right, in pixels.</summary>
    public int Right { get; }

    /// <summary>Height below, in pixels.</summary>
    public int Bottom { get; }

    /// <summary>What the border shows. Default <see cref="PaddingMode.Constant"/>.</summary>
    public PaddingMode Mode { get; init; }

    /// <summary>The colour of a constant border. Default black.</summary>
    public Color Fill { get; init; }

    internal override Framing? Frame(Framing framing, ref ImageRandom random) =>
        Mode == PaddingMode.Constant && Fill == Color.Black && SizeAfter(framing.Size) is { } size
            ? framing.Crop(new Region(-Left, -Top, size.Width, size.Height))
            : null;

    internal override Framing Frame(Canvas canvas, ref ImageRandom random)
    {
        Border.Add(canvas, Left, Top, Right, Bottom, Mode, Fill);
        return canvas.Whole;
    }

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) =>
        before is { } size ? new ImageDimensions(Border.Sum(Left, size.Width, Right), Border.Sum(Top, size.Height, Bottom)) : null;
}
