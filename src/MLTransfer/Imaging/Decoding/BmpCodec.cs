using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// BMP files. They are numbers in a row: no codec of the system would be worth its dependency, and the pixels are the same everywhere.
/// </summary>
internal static class BmpCodec
{
    private const uint Opaque = 0xFF000000;

    /// <summary>Pixels with colours premultiplied by alpha.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="header">What it says of itself; complete.</param>
    /// <exception cref="ArgumentException">Run-length encoded rows end too early.</exception>
    internal static PixelMemory Decode(ReadOnlySpan<byte> bytes, BmpHeader header)
    {
        PixelMemory pixels = new(header.Image.Width, header.Image.Height);
        try
        {
            if (header.HasRuns)
                DecodeRuns(bytes, header, pixels);
            else
                DecodeRows(bytes, header, pixels);
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private static void DecodeRuns(ReadOnlySpan<byte> bytes, BmpHeader header, PixelMemory pixels)
    {
        int count = pixels.Width * pixels.Height;
        byte[] indices = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            BmpRuns.Decode(bytes[header.Pixels..], header.Bits == 4, indices.AsSpan(0, count), pixels.Width);
            Span<uint> palette = stackalloc uint[256];
            ReadPalette(bytes, header, palette);
            for (int y = 0; y < pixels.Height; y++)
            {
                ReadOnlySpan<byte> row = indices.AsSpan(y * pixels.Width, pixels.Width);
                Span<uint> target = RowOf(pixels, y, header.TopDown);
                for (int x = 0; x < row.Length; x++)
                    target[x] = palette[row[x]];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(indices);
        }
    }

    private static void DecodeRows(ReadOnlySpan<byte> bytes, BmpHeader header, PixelMemory pixels)
    {
        Span<uint> palette = stackalloc uint[256];
        ReadPalette(bytes, header, palette);
        for (int y = 0; y < pixels.Height; y++)
        {
            ReadOnlySpan<byte> row = bytes.Slice((int)(header.Pixels + y * header.Stride), (int)header.Stride);
            Span<uint> target = RowOf(pixels, y, header.TopDown);
            if (header.Bits <= 8)
                LookUp(row, header.Bits, palette, target);
            else
                Unpack(row, header, target);
        }
    }

    private static void LookUp(ReadOnlySpan<byte> row, int bits, ReadOnlySpan<uint> palette, Span<uint> target)
    {
        int mask = (1 << bits) - 1;
        for (int x = 0; x < target.Length; x++)
        {
            int bit = x * bits;
            target[x] = palette[(row[bit >> 3] >> (8 - bits - (bit & 7))) & mask];
        }
    }

    private static void Unpack(ReadOnlySpan<byte> row, BmpHeader header, Span<uint> target)
    {
        Channel red = new(header.Masks.R), green = new(header.Masks.G), blue = new(header.Masks.B), alpha = new(header.Masks.A);
        int size = header.Bits / 8;
        for (int x = 0; x < target.Length; x++)
        {
            ReadOnlySpan<byte> from = row[(x * size)..];
            uint pixel = size switch
            {
                2 => BinaryPrimitives.ReadUInt16LittleEndian(from),
                3 => from[0] | (uint)from[1] << 8 | (uint)from[2] << 16,
                _ => BinaryPrimitives.ReadUInt32LittleEndian(from),
            };
            uint a = alpha.IsThere ? alpha.Of(pixel) : 255;
            target[x] = Premultiplied(red.Of(pixel), a) | Premultiplied(green.Of(pixel), a) << 8 | Premultiplied(
                blue.Of(pixel), a) << 16 | a << 24;
        }
    }

    private static void ReadPalette(ReadOnlySpan<byte> bytes, BmpHeader header, Span<uint> palette)
    {
        palette.Fill(Opaque);
        (int start, int count, int step) = header.Palette;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> colour = bytes.Slice(start + i * step, 3);
            palette[i] = Opaque | colour[2] | (uint)colour[1] << 8 | (uint)colour[0] << 16;
        }
    }

    private static Span<uint> RowOf(PixelMemory pixels, int stored, bool topDown) =>
        pixels.Pixels.Slice((topDown ? stored : pixels.Height - 1 - stored) * pixels.Width, pixels.Width);

    private static uint Premultiplied(uint colour, uint alpha) => (colour * alpha + 127) / 255;

    /// <summary>The bits of a pixel that are one colour, brought to 0 … 255.</summary>
    private readonly struct Channel(uint mask)
    {
        private readonly int _shift = mask == 0 ? 0 : BitOperations.TrailingZeroCount(mask);

        internal bool IsThere => mask != 0;

        internal uint Of(uint pixel) => mask == 0 ? 0 : (uint)((ulong)((pixel & mask) >> _shift) * 255 / (mask >> _shift));
    }
}
