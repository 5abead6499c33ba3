using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>From the values of a TIFF image to pixels of four bytes.</summary>
internal static class TiffPixels
{
    private const int PixelBytes = 4, AlphaByte = 3;

    /// <summary>One value of each pixel of a row, as 8 bits; an index into a palette as it is.</summary>
    /// <param name="row">The row's values; those of 16 bits in the order of this machine's bytes.</param>
    /// <param name="header">How many bits a value has.</param>
    /// <param name="sample">Which of a pixel's values.</param>
    /// <param name="step">How many values a pixel has in this row.</param>
    /// <param name="target">Every fourth byte gets a value.</param>
    internal static void Unpack(ReadOnlySpan<byte> row, TiffHeader header, int sample, int step, Span<byte> target)
    {
        int bits = header.Bits;
        if (bits == 16)
        {
            ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(row);
            for (int i = 0, from = sample; i < target.Length; i += PixelBytes, from += step)
                target[i] = (byte)(values[from] >> 8);
        }
        else if (bits == 8)
        {
            for (int i = 0, from = sample; i < target.Length; i += PixelBytes, from += step)
                target[i] = row[from];
        }
        else
        {
            int mask = (1 << bits) - 1, scale = header.Colours == TiffColours.Palette ? 1 : byte.MaxValue / mask;
            for (int i = 0, bit = sample * bits; i < target.Length; i += PixelBytes, bit += step * bits)
                target[i] = (byte)(((row[bit >> 3] >> (8 - bits - (bit & 7))) & mask) * scale);
        }
    }

    /// <summary>Makes premultiplied colours of the values that lie in the bytes of each pixel.</summary>
    internal static void ToColours(PixelMemory pixels, TiffHeader header)
    {
        Span<byte> bytes = pixels.Bytes;
        for (int i = 0; i < bytes.Length; i += PixelBytes)
        {
            Span<byte> pixel = bytes.Slice(i, PixelBytes);
            switch (header.Colours)
            {
                case TiffColours.WhiteIsZero:
                    pixel[..AlphaByte].Fill((byte)~pixel[0]);
                    break;
                case TiffColours.BlackIsZero:
                    pixel[..AlphaByte].Fill(pixel[0]);
                    break;
                case TiffColours.Palette:
                    LookUp(header.Palette, pixel);
                    break;
                case TiffColours.Cmyk:
                    MixInks(pixel);
                    break;
            }
            if (header.Alpha < 0)
                pixel[AlphaByte] = byte.MaxValue;
            else if (!header.IsPremultiplied)
                Premultiply(pixel);
        }
    }

    private static void LookUp(uint[] palette, Span<byte> pixel)
    {
        int index = pixel[0], count = palette.Length / 3;
        for (int colour = 0; colour < 3; colour++)
            pixel[colour] = (byte)(palette[colour * count + index] >> 8);
    }

    private static void MixInks(Span<byte> pixel)
    {
        int white = byte.MaxValue - pixel[3];
        for (int ink = 0; ink < 3; ink++)
            pixel[ink] = (byte)(white - Product(pixel[ink], white));
    }

    private static void Premultiply(Span<byte> pixel)
    {
        for (int colour = 0; colour < 3; colour++)
            pixel[colour] = Product(pixel[colour], pixel[AlphaByte]);
    }

    // a · b / 255, rounded.
    private static byte Product(int a, int b)
    {
        int product = a * b + 128;
        return (byte)((product + (product >> 8)) >> 8);
    }
}
