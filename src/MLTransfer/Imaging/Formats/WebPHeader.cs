using System.Buffers.Binary;

namespace MLTransfer.Imaging.Formats;

/// <summary>Reads the first chunk of a WebP file (RFC 9649): lossy, lossless or extended; the container says how long the file is.</summary>
internal static class WebPHeader
{
    private const int FirstChunk = 12, ChunkHeader = 8, ShortestPayload = 10;
    private const byte Animation = 0x02;

    /// <returns>Nothing when the first chunk is unknown or too short.</returns>
    /// <exception cref="PictureException">The file is an animation.</exception>
    internal static PictureHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FirstChunk + ChunkHeader + ShortestPayload)
            return null;
        ReadOnlySpan<byte> chunk = bytes[FirstChunk..], payload = chunk[ChunkHeader..];
        bool isComplete = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + (long)ChunkHeader <= bytes.Length;
        if (chunk.StartsWith("VP8X"u8))
        {
            if ((payload[0] & Animation) != 0)
                throw new PictureException(name, "it is an animated WebP; still JPEG, PNG and WebP pictures are read");
            return new PictureHeader(PictureFormat.WebP, 1 + UInt24(payload[4..]), 1 + UInt24(payload[7..]), isComplete);
        }
        if (chunk.StartsWith("VP8L"u8))
        {
            uint sizes = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
            return new PictureHeader(PictureFormat.WebP, 1 + (int)(sizes & 0x3FFF), 1 + (int)((sizes >> 14) & 0x3FFF), isComplete);
        }
        if (!chunk.StartsWith("VP8 "u8))
            return null;
        return new PictureHeader(PictureFormat.WebP, Size14(payload[6..]), Size14(payload[8..]), isComplete);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    private static int Size14(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x3FFF;
}
