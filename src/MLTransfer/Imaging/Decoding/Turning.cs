namespace MLTransfer.Imaging.Decoding;

/// <summary>Brings an image's pixels from how they are stored to how they are shown.</summary>
internal static class Turning
{
    // Rows become columns a square at a time: whole rows would touch a new line of the cache for each pixel.
    private const int Square = 32;

    /// <param name="stored">The pixels as stored, row after row.</param>
    /// <param name="width">Stored pixels in a row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="orientation">How they are shown.</param>
    /// <param name="shown">As many pixels, in their new places.</param>
    internal static void Turn(ReadOnlySpan<uint> stored, int width, int height, Orientation orientation, Span<uint> shown)
    {
        bool right = orientation is Orientation.TopRight or Orientation.BottomRight or Orientation.RightBottom or Orientation.LeftBottom;
        bool below = orientation is Orientation.BottomRight or Orientation.BottomLeft or Orientation.RightTop or Orientation.RightBottom;
        int first = (right ? width - 1 : 0) + (below ? (height - 1) * width : 0);
        (int across, int down) = (right ? -1 : 1, below ? -width : width);
        if (orientation.SwapsSides())
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
}
