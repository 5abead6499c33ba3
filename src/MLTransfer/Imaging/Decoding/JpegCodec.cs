using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// JPEG through libjpeg-turbo: the slow, exact DCT and interpolated colours, as Pillow decodes. Nothing is allocated but the pixels, which
/// are borrowed.
/// </summary>
internal static class JpegCodec
{
    private const int RedGreenBlue = 2, Inks = 11, LimitScans = 32768;

    // What libjpeg warns of when data was lost and it made some up. Half an image must not pass for a whole one.
    private static readonly string[] Losses =
        ["Premature end", "Corrupt JPEG data: premature end", "Corrupt JPEG data: bad Huffman", "Corrupt JPEG data: bad arithmetic",
            "Corrupt JPEG data: found marker"];

    internal static bool IsThere => TurboJpegLibrary.IsThere;

    /// <param name="encoded">The file.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="reduction">How many pixels, in both directions, become one by a smaller DCT: 1, 2, 4 or 8.</param>
    /// <returns>
    /// Nothing where another codec has to decide: the library does not know the colours' sampling, or it warned of something harmless and
    /// does not tell of
    /// what came after.
    /// </returns>
    /// <exception cref="ArgumentException">The data is damaged.</exception>
    internal static PixelMemory? Decode(ReadOnlySpan<byte> encoded, in ImageHeader header, int reduction)
    {
        TurboJpegDecoder decoder = TurboJpegDecoder.Borrow();
        PixelMemory? pixels = null;
        bool isSound = false;
        try
        {
            if (!decoder.HasSize(encoded, header.Width, header.Height))
                return null;
            pixels = new PixelMemory(PixelView.Stored(header.Width, reduction), PixelView.Stored(header.Height, reduction));
            bool inks = header.Components == 4;
            if (decoder.Decode(encoded, pixels, inks ? Inks : RedGreenBlue, LimitScans, out bool wentOn) is { } complaint)
                return wentOn && !Losses.Any(loss => complaint.StartsWith(loss, StringComparison.Ordinal)) ? null
                    : throw new ArgumentException(complaint);
            if (inks)
                ToColours(pixels.Bytes);
            isSound = true;
            return pixels;
        }
        finally
        {
            // One that met an error in a header would meet it in every header to come.
            if (isSound)
            {
                decoder.GiveBack();
            }
            else
            {
                pixels?.Dispose();
                decoder.Dispose();
            }
        }
    }

    // Adobe's four-colour files hold the inverted inks, and no other kind is met in practice.
    private static void ToColours(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int black = pixels[i + 3];
            for (int ink = i; ink < i + 3; ink++)
                pixels[ink] = Scaled(pixels[ink], black);
        }
    }

    // colour · factor / 255, rounded.
    private static byte Scaled(int colour, int factor)
    {
        int product = colour * factor + 128;
        return (byte)((product + (product >> 8)) >> 8);
    }
}
