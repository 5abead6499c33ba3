using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>What the headers of a BMP file say (Windows versions 1 to 5, OS/2): all that decoding needs besides the bytes.</summary>
/// <param name="Image">Size, and whether the pixels are all there.</param>
/// <param name="Bits">Bits per pixel: 1, 4 or 8 with a palette, else 16, 24 or 32.</param>
/// <param name="HasRuns">Whether rows are run-length encoded.</param>
/// <param name="TopDown">Whether the first row stored is the first one shown.</param>
/// <param name="Palette">Where the palette begins, how many colours it has, and the bytes of each.</param>
/// <param name="Pixels">Where the pixels begin.</param>
/// <param name="Masks">The bits of red, green, blue and alpha in a pixel of 16 bits or more.</param>
internal sealed record BmpHeader(
    ImageHeader Image, int Bits, bool HasRuns, bool TopDown, (int Start, int Count, int Step) Palette, int Pixels,
    (uint R, uint G, uint B, uint A) Masks)
{
    private const int FileHeader = 14, CoreHeader = 12, InfoHeader = 40, MasksAt = FileHeader + InfoHeader;
    private const uint Plain = 0, Runs8 = 1, Runs4 = 2, BitFields = 3, AlphaBitFields = 6;

    /// <summary>Bytes of a row, a multiple of four.</summary>
    internal long Stride => ((long)Image.Width * Bits + 31) / 32 * 4;

    /// <returns>Nothing when the file ends within its headers or they contradict each other.</returns>
    /// <exception cref="ImageException">The pixels are stored in a way that is not read.</exception>
    internal static BmpHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FileHeader + CoreHeader || UInt32(bytes, FileHeader) is var length
            && (length < CoreHeader || length > bytes.Length - FileHeader))
            return null;
        if (length != CoreHeader && length < InfoHeader)
            return null;
        bool core = length == CoreHeader;
        int width = core ? UInt16(bytes, 18) : (int)UInt32(bytes, 18), height = core ? UInt16(bytes, 20) : (int)UInt32(bytes, 22);
        int bits = core ? UInt16(bytes, 24) : UInt16(bytes, 28);
        uint compression = core ? Plain : UInt32(bytes, 30), colours = core ? 0 : UInt32(bytes, 46);
        if (bits is 2 or 64)
            throw ImageException.NotSupported(name, $"a BMP image of {bits} bits a pixel; save it as PNG");
        // OS/2's files of version 2 have numbers of their own: 3 for bilevel codes, 4 for runs of 24 bits.
        if (compression > BitFields && compression != AlphaBitFields || compression == BitFields && bits == 1)
            throw ImageException.NotSupported(name, $"a BMP image compressed by method {compression}; save it without, or as PNG");
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || height == int.MinValue)
            return null;
        if (compression is Runs8 && bits != 8 || compression is Runs4 && bits != 4 || compression is BitFields or AlphaBitFields
            && bits < 16)
            return null;
        int masks = compression == BitFields && length == InfoHeader ? 12 : compression == AlphaBitFields && length == InfoHeader ? 16 : 0;
        int paletteStart = FileHeader + (int)length + masks, step = core ? 3 : 4;
        int count = bits > 8 ? 0 : (int)Math.Min(colours == 0 ? 1u << bits : colours, 256);
        uint start = UInt32(bytes, 10);
        // Files are met that point to the palette, or nowhere, instead of to the pixels.
        if (start == 0 || bits <= 8 && start == FileHeader + length)
            start = (uint)(paletteStart + count * step);
        if (start > bytes.Length || paletteStart + count * step > bytes.Length)
            return null;
        BmpHeader header = new(new ImageHeader(ImageFormat.Bmp, width, Math.Abs(height), IsComplete: true), bits,
            compression is Runs8 or Runs4, height < 0,
            (paletteStart, count, step), (int)start, MasksOf(bytes, bits, compression, (int)length + masks));
        bool isComplete = header.HasRuns || header.Stride * header.Image.Height <= bytes.Length - header.Pixels;
        return header with { Image = header.Image with { IsComplete = isComplete } };
    }

    private static (uint R, uint G, uint B, uint A) MasksOf(ReadOnlySpan<byte> bytes, int bits, uint compression, int length)
    {
        if (compression is not (BitFields or AlphaBitFields))
            return bits == 16 ? (0x7C00u, 0x3E0u, 0x1Fu, 0u) : (0xFF0000u, 0xFF00u, 0xFFu, 0u);
        bool hasAlpha = length >= InfoHeader + 16;
        return (UInt32(bytes, MasksAt), UInt32(bytes, MasksAt + 4), UInt32(bytes, MasksAt + 8), hasAlpha ? UInt32(bytes, MasksAt + 12) : 0);
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
