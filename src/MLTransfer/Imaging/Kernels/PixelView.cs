namespace MLTransfer.Imaging.Kernels;

/// <summary>The order of a pixel's bytes in memory.</summary>
internal enum PixelLayout
{
    Rgb,
    Bgra,
    Rgba,
}

/// <summary>A view of pixels that it does not own, rows without gaps.</summary>
/// <param name="bytes">The pixels.</param>
/// <param name="width">Width of the image in pixels.</param>
/// <param name="height">Height of the image in pixels.</param>
/// <param name="layout">The order of a pixel's bytes.</param>
/// <param name="reduction">How many pixels of the image, in each direction, one stored pixel stands for.</param>
internal readonly ref struct PixelView(ReadOnlySpan<byte> bytes, int width, int height, PixelLayout layout, int reduction = 1)
{
    internal ReadOnlySpan<byte> Bytes { get; } = bytes;

    internal int Width => width;

    internal int Height => height;

    internal ImageDimensions Size => new(width, height);

    internal PixelLayout Layout => layout;

    internal int BytesPerPixel => layout == PixelLayout.Rgb ? 3 : 4;

    /// <summary>The stored columns of a region of the image.</summary>
    internal SourceAxis Columns(Region part) => SourceAxis.Create(part.X, part.Width, Stored(width, reduction), reduction);

    /// <summary>The stored rows of a region of the image.</summary>
    internal SourceAxis Rows(Region part) => SourceAxis.Create(part.Y, part.Height, Stored(height, reduction), reduction);

    /// <summary>The stored pixels <paramref name="x"/> … <paramref name="x"/> + <paramref name="count"/> of a row.</summary>
    internal ReadOnlySpan<byte> Row(int y, int x, int count) =>
        Bytes.Slice((y * Stored(width, reduction) + x) * BytesPerPixel, count * BytesPerPixel);

    /// <summary>How many stored pixels cover a length of the image.</summary>
    internal static int Stored(int length, int reduction) => (length + reduction - 1) / reduction;
}

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct Region(int X, int Y, int Width, int Height)
{
    internal bool Contains(Region other) =>
        other.X >= X && other.Y >= Y && other.X + other.Width <= X + Width && other.Y + other.Height <= Y + Height;
}

/// <summary>
/// One axis of the region that is resampled, in stored pixels. Where the image was decoded at a reduced scale, the region may begin and
/// end within a stored pixel.
/// </summary>
/// <param name="Origin">The first stored pixel that overlaps the region.</param>
/// <param name="Count">Stored pixels that overlap the region.</param>
/// <param name="Start">Where the region begins, relative to <paramref name="Origin"/>.</param>
/// <param name="Length">Length of the region in stored pixels.</param>
internal readonly record struct SourceAxis(int Origin, int Count, double Start, double Length)
{
    /// <param name="first">First pixel of the region in the whole image.</param>
    /// <param name="count">Pixels of the region in the whole image.</param>
    /// <param name="stored">Stored pixels along the axis.</param>
    /// <param name="reduction">Pixels of the image per stored pixel.</param>
    internal static SourceAxis Create(int first, int count, int stored, int reduction)
    {
        double start = (double)first / reduction, end = ((double)first + count) / reduction;
        int origin = (int)start;
        return new SourceAxis(origin, Math.Min((int)Math.Ceiling(end), stored) - origin, start - origin, (double)count / reduction);
    }
}
