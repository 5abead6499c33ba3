using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Walks a PNG file's chunks (ISO 15948): the first has the size. Whether all pixels are there, decoding shows: what is behind them may be
/// missing, as for other readers.
/// </summary>
internal static class PngHeader
{
    private const int SignatureLength = 8, ChunkFrame = 12, ChunkHeader = 8;

    /// <returns>Nothing when the file does not begin with its header chunk.</returns>
    /// <exception cref="ImageException">It is of a kind that only iPhones read.</exception>
    internal static ImageHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes[SignatureLength..];
        if (rest.Length >= ChunkHeader && rest[4..].StartsWith("CgBI"u8))
            throw ImageException.NotSupported(name, "a PNG image in the form that Xcode makes for iPhones; use the one it was made of");
        if (rest.Length < ChunkFrame + 13 || !rest[4..].StartsWith("IHDR"u8))
            return null;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(rest[8..]), height = BinaryPrimitives.ReadUInt32BigEndian(rest[12..]);
        if (width > int.MaxValue || height > int.MaxValue)
            return null;
        bool hasPixels = HasPixels(rest, out Orientation orientation);
        return new ImageHeader(ImageFormat.Png, (int)width, (int)height, hasPixels) { Orientation = orientation };
    }

    private static bool HasPixels(ReadOnlySpan<byte> rest, out Orientation orientation)
    {
        orientation = Orientation.AsStored;
        bool found = false;
        while (rest.Length >= ChunkFrame && !rest[4..].StartsWith("IEND"u8))
        {
            found |= rest[4..].StartsWith("IDAT"u8);
            long chunk = BinaryPrimitives.ReadUInt32BigEndian(rest) + (long)ChunkFrame;
            if (chunk > rest.Length)
                break;
            if (rest[4..].StartsWith("eXIf"u8))
                orientation = Exif.OrientationIn(rest[ChunkHeader..((int)chunk - 4)]);
            rest = rest[(int)chunk..];
        }
        return found;
    }
}
