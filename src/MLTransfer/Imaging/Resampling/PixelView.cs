namespace MLTransfer.Imaging.Resampling;

/// <summary>How a pixel lies in memory.</summary>
internal enum PixelLayout
{
    Rgb,
    Bgra,
    Rgba,
}

/// <summary>Pixels that belong to someone else, rows without gaps.</summary>
internal readonly ref struct PixelView(ReadOnlySpan<byte> bytes, int width, int height, PixelLayout layout)
{
    internal ReadOnlySpan<byte> Bytes { get; } = bytes;

    internal int Width => width;

    internal int Height => height;

    internal PixelLayout Layout => layout;

    internal int BytesPerPixel => layout == PixelLayout.Rgb ? 3 : 4;

    /// <summary>The pixels <paramref name="x"/> … <paramref name="x"/> + <paramref name="count"/> of a row.</summary>
    internal ReadOnlySpan<byte> Row(int y, int x, int count) =>
        Bytes.Slice((y * width + x) * BytesPerPixel, count * BytesPerPixel);
}
