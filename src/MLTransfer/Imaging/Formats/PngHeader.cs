using System.Buffers.Binary;

namespace MLTransfer.Imaging.Formats;

/// <summary>Walks a PNG file's chunks (ISO 15948): the first has the size, the chunk IEND shows that the file is whole.</summary>
internal static class PngHeader
{
    private const int SignatureLength = 8, ChunkFrame = 12, ChunkHeader = 8;

    /// <returns>Nothing when the file does not begin with its header chunk.</returns>
    internal static PictureHeader? Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes[SignatureLength..];
        if (rest.Length < ChunkFrame + 13 || !rest[4..].StartsWith("IHDR"u8))
            return null;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(rest[8..]), height = BinaryPrimitives.ReadUInt32BigEndian(rest[12..]);
        if (width > int.MaxValue || height > int.MaxValue)
            return null;
        bool isComplete = ReachesTheEnd(rest, out Orientation orientation);
        return new PictureHeader(PictureFormat.Png, (int)width, (int)height, isComplete) { Orientation = orientation };
    }

    private static bool ReachesTheEnd(ReadOnlySpan<byte> rest, out Orientation orientation)
    {
        orientation = Orientation.AsStored;
        while (rest.Length >= ChunkFrame)
        {
            if (rest[4..].StartsWith("IEND"u8))
                return true;
            long chunk = BinaryPrimitives.ReadUInt32BigEndian(rest) + (long)ChunkFrame;
            if (chunk > rest.Length)
                return false;
            if (rest[4..].StartsWith("eXIf"u8))
                orientation = Exif.OrientationIn(rest[ChunkHeader..((int)chunk - 4)]);
            rest = rest[(int)chunk..];
        }
        return false;
    }
}
