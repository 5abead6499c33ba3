using Microsoft.ML.Data;

namespace Microsoft.ML.Codecs;

/// <summary>Other orders of a picture's 32-bit pixels.</summary>
internal static class Bgr
{
    /// <summary>Blue, green, red of every pixel, as they are without alpha.</summary>
    internal static byte[] Of(ReadOnlySpan<byte> pixels, MLPixelFormat format)
    {
        byte[] result = new byte[pixels.Length / 4 * 3];
        int blue = format == MLPixelFormat.Bgra32 ? 0 : 2;
        for (int from = 0, to = 0; from < pixels.Length; from += 4, to += 3)
        {
            int alpha = pixels[from + 3];
            result[to] = WithoutAlpha(pixels[from + blue], alpha);
            result[to + 1] = WithoutAlpha(pixels[from + 1], alpha);
            result[to + 2] = WithoutAlpha(pixels[from + 2 - blue], alpha);
        }
        return result;
    }

    /// <summary>The pixels with red and blue exchanged.</summary>
    internal static byte[] Swapped(ReadOnlySpan<byte> pixels)
    {
        byte[] result = pixels.ToArray();
        for (int i = 0; i < result.Length; i += 4)
            (result[i], result[i + 2]) = (result[i + 2], result[i]);
        return result;
    }

    private static byte WithoutAlpha(int colour, int alpha) =>
        alpha == 0 ? (byte)0 : (byte)Math.Min(255, (colour * 255 + alpha / 2) / alpha);
}
