using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// The combined effect of several crops, resizes and flips, before any pixel is computed: a region of the image is resampled to a grid,
/// and a window of that grid is kept, mirrored and flipped or not. Pixels outside of the window are never computed.
/// </summary>
/// <param name="Source">The region of the image that is resampled.</param>
/// <param name="Grid">The size it is resampled to.</param>
/// <param name="Window">The part of the grid that is kept; black where it reaches beyond the grid.</param>
/// <param name="Mirrored">Whether left and right are exchanged at the end.</param>
/// <param name="Interpolation">How pixels are interpolated.</param>
internal readonly record struct CropResizePlan(
    Region Source, ImageDimensions Grid, Region Window, bool Mirrored, Interpolation Interpolation)
{
    /// <summary>Whether top and bottom are exchanged at the end.</summary>
    internal bool Flipped { get; private init; }

    internal ImageDimensions Size => new(Window.Width, Window.Height);

    /// <summary>
    /// The largest factor (1, 2, 4 or 8) by which a decoder may shrink the image without going below the resolution of the grid.
    /// </summary>
    internal int LargestReduction
    {
        get
        {
            int reduction = 8;
            while (reduction > 1 && (Source.Width < (long)Grid.Width * reduction || Source.Height < (long)Grid.Height * reduction))
                reduction /= 2;
            return reduction;
        }
    }

    /// <summary>
    /// The part of the image outside of which rendering reads no pixel; at least one pixel.
    /// </summary>
    /// <param name="image">Size of the image.</param>
    internal Region NeededPart(ImageDimensions image)
    {
        (int x, int width) = Needed(Source.X, Source.Width, Grid.Width, Window.X, Window.Width, image.Width);
        (int y, int height) = Needed(Source.Y, Source.Height, Grid.Height, Window.Y, Window.Height, image.Height);
        return new Region(x, y, width, height);
    }

    /// <summary>
    /// Whether any part of the window can be resampled: not where that needs its pixels first, because it is resampled already or has a
    /// black border.
    /// </summary>
    internal bool CanResize => !Resamples && WholeGrid.Contains(Window);

    private bool Resamples => Grid.Width != Source.Width || Grid.Height != Source.Height;

    private Region WholeGrid => new(0, 0, Grid.Width, Grid.Height);

    /// <summary>The plan that leaves an image as it is.</summary>
    internal static CropResizePlan Whole(ImageDimensions size)
    {
        Region all = new(0, 0, size.Width, size.Height);
        return new(all, size, all, false, Interpolation.Bilinear);
    }

    /// <summary>Resamples the window; null where the size changes and <see cref="CanResize"/> is false.</summary>
    internal CropResizePlan? Resize(ImageDimensions size, Interpolation interpolation)
    {
        if (size == Size)
            return this;
        if (!CanResize)
            return null;
        Region source = Window with { X = Source.X + Window.X, Y = Source.Y + Window.Y };
        return new CropResizePlan(source, size, new Region(0, 0, size.Width, size.Height), Mirrored, interpolation) { Flipped = Flipped };
    }

    /// <summary>Crops the window, or extends it with black; null where that needs its pixels first.</summary>
    internal CropResizePlan? Crop(Region part)
    {
        int x = Mirrored ? Window.Width - part.X - part.Width : part.X;
        int y = Flipped ? Window.Height - part.Y - part.Height : part.Y;
        Region window = new(Window.X + x, Window.Y + y, part.Width, part.Height);
        return Window == WholeGrid || Window.Contains(window) ? this with { Window = window } : null;
    }

    internal CropResizePlan Mirror() => this with { Mirrored = !Mirrored };

    internal CropResizePlan Flip() => this with { Flipped = !Flipped };

    /// <summary>Computes the pixels of the plan.</summary>
    /// <param name="source">The image the plan was made for.</param>
    /// <param name="target">Receives red, green, blue: height × width × 3 bytes of <see cref="Size"/>.</param>
    internal void Render(PixelView source, Span<byte> target)
    {
        Region window = Window;
        int left = Math.Clamp(-window.X, 0, window.Width), right = Math.Clamp(Grid.Width - window.X, left, window.Width);
        int top = Math.Clamp(-window.Y, 0, window.Height), bottom = Math.Clamp(Grid.Height - window.Y, top, window.Height);
        Region visible = new(window.X + left, window.Y + top, right - left, bottom - top);
        if (visible.Width < window.Width || visible.Height < window.Height)
            target.Clear();
        if (visible.Width > 0 && visible.Height > 0)
        {
            int first = Flipped ? window.Height - 1 - top : top, stride = window.Width * 3;
            RowWriter rows = new(target, first * stride + left * 3, Flipped ? -stride : stride);
            if (!Resamples)
                Copy(source, visible, rows);
            else if (Interpolation == Interpolation.Nearest)
                NearestResampling.Render(source, this, visible, rows);
            else
                FilterResampling.Render(source, this, visible, rows);
        }
        if (Mirrored)
            MirrorRows(target, window);
    }

    // With the support of the widest filter, and a pixel more for rounding.
    private static (int First, int Count) Needed(int source, int length, int grid, int window, int count, int image)
    {
        double scale = (double)length / grid, margin = length == grid ? 0 : ResamplingFilter.WidestSupport * Math.Max(scale, 1) + 1;
        double start = source + window * scale - margin, end = source + ((double)window + count) * scale + margin;
        int least = Math.Clamp(source, 0, image - 1), most = Math.Clamp(source + length, least + 1, image);
        int first = (int)Math.Clamp(Math.Floor(start), least, most - 1);
        return (first, (int)Math.Clamp(Math.Ceiling(end), first + 1, most) - first);
    }

    private void Copy(PixelView source, Region visible, RowWriter target)
    {
        for (int y = 0; y < visible.Height; y++)
        {
            ReadOnlySpan<byte> row = source.Row(Source.Y + visible.Y + y, Source.X + visible.X, visible.Width);
            PixelOrder.ToRgb(row, target.Row(y, visible.Width), source.Layout);
        }
    }

    private static void MirrorRows(Span<byte> target, Region window)
    {
        for (int y = 0; y < window.Height; y++)
            PixelOrder.Mirror(target.Slice(y * window.Width * 3, window.Width * 3));
    }
}

/// <summary>Target rows of red, green, blue within a larger image, from the top down or from the bottom up.</summary>
internal readonly ref struct RowWriter(Span<byte> bytes, int first, int stride)
{
    private readonly Span<byte> _bytes = bytes;

    internal Span<byte> Row(int y, int width) => _bytes.Slice(first + y * stride, width * 3);
}
