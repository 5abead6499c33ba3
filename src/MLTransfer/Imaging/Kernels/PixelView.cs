namespace MLTransfer.Imaging.Kernels;

/// <summary>How a pixel lies in memory.</summary>
internal enum PixelLayout
{
    Rgb,
    Bgra,
    Rgba,
}

/// <summary>Pixels that belong to someone else, rows without gaps.</summary>
/// <param name="bytes">The pixels.</param>
/// <param name="width">The image's pixels in a row.</param>
/// <param name="height">The image's rows.</param>
/// <param name="layout">How a pixel lies in memory.</param>
/// <param name="reduction">How many pixels of the image, in both directions, each pixel in memory stands for.</param>
internal readonly ref struct PixelView(ReadOnlySpan<byte> bytes, int width, int height, PixelLayout layout, int reduction = 1)
{
    internal ReadOnlySpan<byte> Bytes { get; } = bytes;

    internal int Width => width;

    internal int Height => height;

    internal PixelLayout Layout => layout;

    internal int BytesPerPixel => layout == PixelLayout.Rgb ? 3 : 4;

    internal int Reduction => reduction;

    /// <summary>Where the columns of a part of the image are in memory.</summary>
    internal SourceAxis Columns(Region part) => SourceAxis.Of(part.X, part.Width, Stored(width, reduction), reduction);

    /// <summary>Where the rows of a part of the image are in memory.</summary>
    internal SourceAxis Rows(Region part) => SourceAxis.Of(part.Y, part.Height, Stored(height, reduction), reduction);

    /// <summary>The pixels <paramref name="x"/> … <paramref name="x"/> + <paramref name="count"/> of a row in memory.</summary>
    internal ReadOnlySpan<byte> Row(int y, int x, int count) =>
        Bytes.Slice((y * Stored(width, reduction) + x) * BytesPerPixel, count * BytesPerPixel);

    /// <summary>How many pixels stand for a length.</summary>
    internal static int Stored(int length, int reduction) => (length + reduction - 1) / reduction;
}
