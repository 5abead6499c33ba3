using SkiaSharp;

namespace MLTransfer.Imaging.Decoding;

/// <summary>How stored pixels are rotated and mirrored for display: the eight values that EXIF, TIFF and Skia share.</summary>
internal static class ExifOrientation
{
    // Rows become columns a square at a time: whole rows would touch a new cache line for each pixel.
    private const int Square = 32;

    /// <summary>Reads a value of the tag; anything but the eight values means "as stored".</summary>
    internal static SKEncodedOrigin Parse(uint? value) => value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;

    /// <summary>Reads the orientation from EXIF data; "as stored" where it is missing or damaged.</summary>
    /// <param name="exif">TIFF data.</param>
    internal static SKEncodedOrigin Read(ReadOnlySpan<byte> exif) =>
        Parse(TiffDirectory.ReadFirst(exif).Number(TiffDirectory.Orientation));

    internal static ImageDimensions SizeShown(SKEncodedOrigin orientation, ImageDimensions stored) =>
        SwapsSides(orientation) ? new ImageDimensions(stored.Height, stored.Width) : stored;

    /// <param name="orientation">The stored orientation.</param>
    /// <param name="stored">The pixels as stored, row after row.</param>
    /// <param name="width">Stored pixels in a row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="shown">As many pixels, in their new places.</param>
    internal static void Apply(SKEncodedOrigin orientation, ReadOnlySpan<uint> stored, int width, int height, Span<uint> shown)
    {
        bool fromRight = orientation is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        bool fromBottom = orientation is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom;
        int first = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * width : 0);
        (int across, int down) = (fromRight ? -1 : 1, fromBottom ? -width : width);
        if (SwapsSides(orientation))
            (across, down, width, height) = (down, across, height, width);
        for (int top = 0; top < height; top += Square)
        {
            for (int left = 0; left < width; left += Square)
            {
                for (int y = top; y < Math.Min(top + Square, height); y++)
                {
                    int from = first + y * down + left * across;
                    foreach (ref uint pixel in shown.Slice(y * width + left, Math.Min(Square, width - left)))
                    {
                        pixel = stored[from];
                        from += across;
                    }
                }
            }
        }
    }

    /// <summary>Whether stored rows are shown as columns.</summary>
    private static bool SwapsSides(SKEncodedOrigin orientation) => orientation >= SKEncodedOrigin.LeftTop;
}
