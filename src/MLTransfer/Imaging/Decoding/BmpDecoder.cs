using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// BMP files (Windows versions 1 to 5, OS/2 version 1). Not through Skia: its colors of 16-bit pixels are one level off Pillow's, it
/// refuses sides from 65,536 pixels on, and it does not say whether a file is damaged or unsupported.
/// </summary>
internal sealed class BmpDecoder : FormatDecoder
{
    private const int FileHeader = 14, CoreHeader = 12, InfoHeader = 40, MasksAt = FileHeader + InfoHeader;
    private const uint Uncompressed = 0, Runs8 = 1, Runs4 = 2, BitFields = 3, AlphaBitFields = 6, Opaque = 0xFF000000;
    private const byte EndOfRow = 0, EndOfImage = 1, Move = 2;

    // Bits per pixel: 1, 4 or 8 with a palette, else 16, 24 or 32.
    private readonly int _bits;
    private readonly bool _hasRuns, _isTopDown;

    // Where the palette and the pixels begin, how many colors the palette has, and the bytes of each.
    private readonly int _palette, _colors, _colorBytes, _pixels;
    private readonly (uint R, uint G, uint B, uint A) _masks;

    private BmpDecoder(ReadOnlyMemory<byte> encoded, ImageDimensions size, bool isTopDown, int bits, uint compression,
        (int Start, int Colors, int Bytes) palette, int pixels, int headerLength) : base(encoded)
    {
        (_bits, _isTopDown, _pixels) = (bits, isTopDown, pixels);
        (_palette, _colors, _colorBytes) = palette;
        _hasRuns = compression is Runs8 or Runs4;
        _masks = ReadMasks(encoded.Span, bits, compression, headerLength);
        Stride = ((long)size.Width * bits + 31) / 32 * 4;
        Header = new ImageHeader(ImageFormat.Bmp, size) { IsComplete = _hasRuns || Stride * size.Height <= encoded.Length - pixels };
    }

    /// <summary>Bytes of a row, a multiple of four.</summary>
    private long Stride { get; }

    /// <returns>Null when the file ends within its headers or they contradict each other.</returns>
    /// <exception cref="ImageException">The pixels are stored in an unsupported way.</exception>
    internal static BmpDecoder? Open(string name, ReadOnlyMemory<byte> encoded)
    {
        ReadOnlySpan<byte> bytes = encoded.Span;
        if (bytes.Length < FileHeader + CoreHeader || UInt32(bytes, FileHeader) is var length
            && (length < CoreHeader || length > bytes.Length - FileHeader))
            return null;
        if (length != CoreHeader && length < InfoHeader)
            return null;
        bool isCore = length == CoreHeader;
        int width = isCore ? UInt16(bytes, 18) : (int)UInt32(bytes, 18), height = isCore ? UInt16(bytes, 20) : (int)UInt32(bytes, 22);
        int bits = isCore ? UInt16(bytes, 24) : UInt16(bytes, 28);
        uint compression = isCore ? Uncompressed : UInt32(bytes, 30), colors = isCore ? 0 : UInt32(bytes, 46);
        ThrowIfNotSupported(name, bits, compression);
        if (!IsConsistent(bits, compression, length) || height == int.MinValue)
            return null;
        int masks = length != InfoHeader ? 0 : compression == BitFields ? 12 : compression == AlphaBitFields ? 16 : 0;
        int headerLength = (int)length + masks, palette = FileHeader + headerLength, colorBytes = isCore ? 3 : 4;
        int count = bits > 8 ? 0 : (int)Math.Min(colors == 0 ? 1u << bits : colors, 256);
        uint start = UInt32(bytes, 10);
        // Some writers put the palette's offset, or 0, where the offset of the pixels belongs.
        if (start == 0 || bits <= 8 && start == FileHeader + length)
            start = (uint)(palette + count * colorBytes);
        if (start > bytes.Length || palette + count * colorBytes > bytes.Length)
            return null;
        return new BmpDecoder(encoded, new(width, Math.Abs(height)), isTopDown: height < 0, bits, compression,
            (palette, count, colorBytes), (int)start, headerLength);
    }

    private static void ThrowIfNotSupported(string name, int bits, uint compression)
    {
        if (bits is 2 or 64)
            throw ImageException.NotSupported(name, $"a BMP image of {bits} bits a pixel; save it as PNG");
        // OS/2's files of version 2 have numbers of their own: 3 for bilevel codes, 4 for runs of 24 bits.
        if (compression > BitFields && compression != AlphaBitFields || compression == BitFields && bits == 1)
            throw ImageException.NotSupported(name, $"a BMP image compressed by method {compression}; save it without, or as PNG");
    }

    private static bool IsConsistent(int bits, uint compression, uint headerLength) => bits is 1 or 4 or 8 or 16 or 24 or 32
        && compression switch
        {
            Runs8 => bits == 8,
            Runs4 => bits == 4,
            BitFields or AlphaBitFields => bits >= 16 && headerLength is not (> InfoHeader and < InfoHeader + 12),
            _ => true,
        };

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        DecodedPixels pixels = new(Header.Size);
        try
        {
            if (_hasRuns)
                DecodeRuns(pixels);
            else
                DecodeRows(pixels);
            pixels.Premultiply();
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private static (uint R, uint G, uint B, uint A) ReadMasks(ReadOnlySpan<byte> bytes, int bits, uint compression, int length)
    {
        if (compression is not (BitFields or AlphaBitFields))
            return bits == 16 ? (0x7C00u, 0x3E0u, 0x1Fu, 0u) : (0xFF0000u, 0xFF00u, 0xFFu, 0u);
        bool hasAlpha = length >= InfoHeader + 16;
        return (UInt32(bytes, MasksAt), UInt32(bytes, MasksAt + 4), UInt32(bytes, MasksAt + 8), hasAlpha ? UInt32(bytes, MasksAt + 12) : 0);
    }

    private void DecodeRows(DecodedPixels pixels)
    {
        Span<uint> palette = stackalloc uint[256];
        ReadPalette(palette);
        for (int y = 0; y < pixels.Height; y++)
        {
            ReadOnlySpan<byte> row = Encoded.Span.Slice((int)(_pixels + y * Stride), (int)Stride);
            Span<uint> target = RowOf(pixels, y);
            if (_bits <= 8)
                LookUp(row, palette, target);
            else
                Unpack(row, target);
        }
    }

    private void LookUp(ReadOnlySpan<byte> row, ReadOnlySpan<uint> palette, Span<uint> target)
    {
        int mask = (1 << _bits) - 1;
        for (int x = 0; x < target.Length; x++)
        {
            int bit = x * _bits;
            target[x] = palette[(row[bit >> 3] >> (8 - _bits - (bit & 7))) & mask];
        }
    }

    private void Unpack(ReadOnlySpan<byte> row, Span<uint> target)
    {
        Channel red = new(_masks.R), green = new(_masks.G), blue = new(_masks.B), alpha = new(_masks.A);
        int size = _bits / 8;
        for (int x = 0; x < target.Length; x++)
        {
            ReadOnlySpan<byte> from = row[(x * size)..];
            uint pixel = size switch
            {
                2 => BinaryPrimitives.ReadUInt16LittleEndian(from),
                3 => from[0] | (uint)from[1] << 8 | (uint)from[2] << 16,
                _ => BinaryPrimitives.ReadUInt32LittleEndian(from),
            };
            target[x] = red.Read(pixel) | green.Read(pixel) << 8 | blue.Read(pixel) << 16
                | (alpha.IsPresent ? alpha.Read(pixel) << 24 : Opaque);
        }
    }

    private void ReadPalette(Span<uint> palette)
    {
        palette.Fill(Opaque);
        for (int i = 0; i < _colors; i++)
        {
            ReadOnlySpan<byte> color = Encoded.Span.Slice(_palette + i * _colorBytes, 3);
            palette[i] = Opaque | color[2] | (uint)color[1] << 8 | (uint)color[0] << 16;
        }
    }

    private Span<uint> RowOf(DecodedPixels pixels, int stored) =>
        pixels.Pixels.Slice((_isTopDown ? stored : pixels.Height - 1 - stored) * pixels.Width, pixels.Width);

    private void DecodeRuns(DecodedPixels pixels)
    {
        int count = pixels.Width * pixels.Height;
        byte[] indices = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            ReadRuns(Encoded.Span[_pixels..], indices.AsSpan(0, count), pixels.Width);
            Span<uint> palette = stackalloc uint[256];
            ReadPalette(palette);
            for (int y = 0; y < pixels.Height; y++)
            {
                ReadOnlySpan<byte> row = indices.AsSpan(y * pixels.Width, pixels.Width);
                Span<uint> target = RowOf(pixels, y);
                for (int x = 0; x < row.Length; x++)
                    target[x] = palette[row[x]];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(indices);
        }
    }

    /// <summary>Expands the run-length encodings RLE8 and RLE4.</summary>
    /// <param name="bytes">The encoded rows.</param>
    /// <param name="indices">Gets the index of each pixel, rows in the order they are stored; 0 where the data skips it.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <exception cref="ArgumentException">The data ends before the image does.</exception>
    private void ReadRuns(ReadOnlySpan<byte> bytes, Span<byte> indices, int width)
    {
        indices.Clear();
        int x = 0, position = 0;
        long row = 0;
        while (row < indices.Length)
        {
            ReadOnlySpan<byte> code = Take(bytes, ref position, 2);
            (int count, int value) = (code[0], code[1]);
            if (count > 0)
            {
                Span<byte> target = Clip(indices, row, x, width, count);
                for (int i = 0; i < target.Length; i++)
                    target[i] = _bits == 4 ? Nibble(value, i) : (byte)value;
                x += count;
            }
            else if (value == EndOfRow)
            {
                (x, row) = (0, row + width);
            }
            else if (value == EndOfImage)
            {
                return;
            }
            else if (value == Move)
            {
                ReadOnlySpan<byte> offset = Take(bytes, ref position, 2);
                (x, row) = (x + offset[0], row + (long)offset[1] * width);
            }
            else
            {
                ReadOnlySpan<byte> literal = Take(bytes, ref position, _bits == 4 ? (value + 1) / 2 : value);
                Span<byte> target = Clip(indices, row, x, width, value);
                for (int i = 0; i < target.Length; i++)
                    target[i] = _bits == 4 ? Nibble(literal[i / 2], i) : literal[i];
                x += value;
                position += literal.Length & 1;
            }
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int position, int count)
    {
        if (position + count > bytes.Length)
            throw new ArgumentException("the run-length encoded rows end too early");
        position += count;
        return bytes.Slice(position - count, count);
    }

    /// <summary>Clips the next pixels to the row.</summary>
    private static Span<byte> Clip(Span<byte> indices, long row, int x, int width, int count) =>
        x >= width ? [] : indices.Slice((int)row + x, Math.Min(count, width - x));

    private static byte Nibble(int value, int i) => (byte)(i % 2 == 0 ? value >> 4 : value & 15);

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>The bits of a pixel that are one color, scaled to 0 … 255.</summary>
    private readonly struct Channel(uint mask)
    {
        private readonly int _shift = mask == 0 ? 0 : BitOperations.TrailingZeroCount(mask);

        internal bool IsPresent => mask != 0;

        internal uint Read(uint pixel) => mask == 0 ? 0 : (uint)((ulong)((pixel & mask) >> _shift) * 255 / (mask >> _shift));
    }
}
