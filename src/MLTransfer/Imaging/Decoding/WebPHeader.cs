using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Reads the first chunk of a WebP file (RFC 9649): lossy, lossless or extended; the container says how long the file is.
/// </summary>
internal static class WebPHeader
{
    private const int FirstChunk = 12, ChunkHeader = 8, ShortestPayload = 10;

    /// <returns>Nothing when the first chunk is unknown or too short.</returns>
    internal static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FirstChunk + ChunkHeader + ShortestPayload)
            return null;
        ReadOnlySpan<byte> chunk = bytes[FirstChunk..], payload = chunk[ChunkHeader..];
        bool isComplete = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + (long)ChunkHeader <= bytes.Length;
        if (chunk.StartsWith("VP8X"u8))
            return new ImageHeader(ImageFormat.WebP, 1 + UInt24(payload[4..]), 1 + UInt24(payload[7..]),
                isComplete)
            { Orientation = OrientationIn(chunk) };
        if (chunk.StartsWith("VP8L"u8))
        {
            uint sizes = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
            return new ImageHeader(ImageFormat.WebP, 1 + (int)(sizes & 0x3FFF), 1 + (int)((sizes >> 14) & 0x3FFF), isComplete);
        }
        if (!chunk.StartsWith("VP8 "u8))
            return null;
        return new ImageHeader(ImageFormat.WebP, Size14(payload[6..]), Size14(payload[8..]), isComplete);
    }

    private static Orientation OrientationIn(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length > ChunkHeader)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            if (length > chunks.Length - ChunkHeader)
                break;
            if (chunks.StartsWith("EXIF"u8))
                return Exif.OrientationIn(chunks.Slice(ChunkHeader, (int)length));
            // Chunks of odd length are followed by a byte that does not count.
            chunks = chunks[(int)Math.Min(chunks.Length, ChunkHeader + length + (length & 1L))..];
        }
        return Orientation.AsStored;
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    private static int Size14(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x3FFF;
}
