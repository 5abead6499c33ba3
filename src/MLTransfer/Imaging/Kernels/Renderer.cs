using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Computes what a <see cref="Framing"/> shows of an image.</summary>
internal static class Renderer
{
    /// <param name="source">The image the framing was made for.</param>
    /// <param name="framing">What to show of it.</param>
    /// <param name="target">Red, green, blue: height × width × 3 bytes of the framing's size.</param>
    internal static void Render(PixelView source, in Framing framing, Span<byte> target)
    {
        Region window = framing.Window;
        int left = Math.Clamp(-window.X, 0, window.Width), right = Math.Clamp(framing.Grid.Width - window.X, left, window.Width);
        int top = Math.Clamp(-window.Y, 0, window.Height), bottom = Math.Clamp(framing.Grid.Height - window.Y, top, window.Height);
        Region seen = new(window.X + left, window.Y + top, right - left, bottom - top);
        if (seen.Width < window.Width || seen.Height < window.Height)
            target.Clear();
        if (seen.Width > 0 && seen.Height > 0)
        {
            int first = framing.Flipped ? window.Height - 1 - top : top, stride = window.Width * 3;
            RowTarget rows = new(target, first * stride + left * 3, framing.Flipped ? -stride : stride);
            if (!framing.Resamples)
                Copy(source, framing, seen, rows);
            else if (framing.Interpolation == Interpolation.Nearest)
                NearestResampling.Render(source, framing, seen, rows);
            else
                Convolution.Render(source, framing, seen, rows);
        }
        if (framing.Mirrored)
            Mirror(target, window);
    }

    private static void Copy(PixelView source, in Framing framing, Region seen, RowTarget target)
    {
        for (int y = 0; y < seen.Height; y++)
        {
            ReadOnlySpan<byte> row = source.Row(framing.Source.Y + seen.Y + y, framing.Source.X + seen.X, seen.Width);
            PixelOrder.ToRgb(row, target.Row(y, seen.Width), source.Layout);
        }
    }

    private static void Mirror(Span<byte> target, Region window)
    {
        for (int y = 0; y < window.Height; y++)
            PixelOrder.Mirror(target.Slice(y * window.Width * 3, window.Width * 3));
    }
}

/// <summary>Where rows of red, green, blue go: rows of a larger image, from the top down or from the bottom up.</summary>
internal readonly ref struct RowTarget(Span<byte> bytes, int first, int stride)
{
    private readonly Span<byte> _bytes = bytes;

    internal Span<byte> Row(int y, int width) => _bytes.Slice(first + y * stride, width * 3);
}
