using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Adds a border around an image. As torchvision's <c>Pad</c>.</summary>
public sealed record Pad : BuiltInTransform
{
    /// <summary>Adds a border of the same width on all sides.</summary>
    /// <param name="border">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative, or above 1,048,576.</exception>
    public Pad(int border) : this(RequireBorder(border, nameof(border)), border, border, border) { }

    /// <summary>Adds a border.</summary>
    /// <param name="left">Width at the left, in pixels.</param>
    /// <param name="top">Height above, in pixels.</param>
    /// <param name="right">Width at the right, in pixels.</param>
    /// <param name="bottom">Height below, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is negative, or above 1,048,576.</exception>
    [JsonConstructor]
    public Pad(int left, int top, int right, int bottom)
    {
        (Left, Top) = (RequireBorder(left, nameof(left)), RequireBorder(top, nameof(top)));
        (Right, Bottom) = (RequireBorder(right, nameof(right)), RequireBorder(bottom, nameof(bottom)));
    }

    /// <summary>Width at the left, in pixels.</summary>
    public int Left { get; }

    /// <summary>Height above, in pixels.</summary>
    public int Top { get; }

    /// <summary>Width at the right, in pixels.</summary>
    public int Right { get; }

    /// <summary>Height below, in pixels.</summary>
    public int Bottom { get; }

    /// <summary>How the border is filled. Default <see cref="PaddingMode.Constant"/>.</summary>
    public PaddingMode Mode { get; init; }

    /// <summary>The color of a constant border. Default black.</summary>
    public Color Fill { get; init; }

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) =>
        before is { } size ? Border.SizeAfter(size, Left, Top, Right, Bottom) : null;

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) =>
        Mode == PaddingMode.Constant && Fill == Color.Black && SizeAfter(plan.Size) is { } size
            ? plan.Crop(new Region(-Left, -Top, size.Width, size.Height))
            : null;

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) =>
        Border.Add(buffer, Left, Top, Right, Bottom, Mode, Fill);
}

/// <summary>How pixels beyond the edges of an image are filled.</summary>
public enum PaddingMode
{
    /// <summary>One color.</summary>
    Constant,

    /// <summary>The pixels at the edge, repeated.</summary>
    Edge,

    /// <summary>Mirrored at the pixels of the edge, which are not repeated: <c>c b | a b c | b a</c>.</summary>
    Reflect,

    /// <summary>Mirrored beyond the pixels of the edge, which are repeated: <c>b a | a b c | c b</c>.</summary>
    Symmetric,
}

/// <summary>Adds a border around an image.</summary>
internal static class Border
{
    /// <exception cref="ImageException">The image would be larger than an image can be.</exception>
    internal static void Add(ImageBuffer image, int left, int top, int right, int bottom, PaddingMode mode, Color fill)
    {
        ImageDimensions size = SizeAfter(image.Size, left, top, right, bottom);
        Span<Color> target = MemoryMarshal.Cast<byte, Color>(image.Back(size));
        ReadOnlySpan<Color> source = MemoryMarshal.Cast<byte, Color>(image.Pixels);
        for (int y = 0; y < image.Height; y++)
        {
            Span<Color> row = target.Slice((top + y) * size.Width, size.Width);
            source.Slice(y * image.Width, image.Width).CopyTo(row[left..]);
            FillEnds(row, left, image.Width, mode, fill);
        }
        for (int y = top > 0 ? -top : image.Height; y < image.Height + bottom; y = y == -1 ? image.Height : y + 1)
        {
            Span<Color> row = target.Slice((top + y) * size.Width, size.Width);
            if (mode == PaddingMode.Constant)
                row.Fill(fill);
            else
                target.Slice((top + SourceIndex(y, image.Height, mode)) * size.Width, size.Width).CopyTo(row);
        }
        image.Swap();
    }

    /// <summary>Maps an out-of-range coordinate into [0, length) by the padding mode.</summary>
    internal static int SourceIndex(int index, int length, PaddingMode mode)
    {
        if (mode == PaddingMode.Edge || length == 1)
            return Math.Clamp(index, 0, length - 1);
        int period = mode == PaddingMode.Reflect ? 2 * length - 2 : 2 * length;
        int phase = index % period < 0 ? index % period + period : index % period;
        return phase < length ? phase : mode == PaddingMode.Reflect ? period - phase : period - 1 - phase;
    }

    private static void FillEnds(Span<Color> row, int left, int width, PaddingMode mode, Color fill)
    {
        if (mode == PaddingMode.Constant)
        {
            row[..left].Fill(fill);
            row[(left + width)..].Fill(fill);
            return;
        }
        for (int x = 0; x < left; x++)
            row[x] = row[left + SourceIndex(x - left, width, mode)];
        for (int x = left + width; x < row.Length; x++)
            row[x] = row[left + SourceIndex(x - left, width, mode)];
    }

    /// <summary>The size with borders; saturated, so that an oversized result stays oversized.</summary>
    internal static ImageDimensions SizeAfter(ImageDimensions size, int left, int top, int right, int bottom) =>
        new(Sum(left, size.Width, right), Sum(top, size.Height, bottom));

    private static int Sum(int before, int length, int after) => (int)Math.Min((long)before + length + after, int.MaxValue);
}
