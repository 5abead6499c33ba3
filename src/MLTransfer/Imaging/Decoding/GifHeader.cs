using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Walks a GIF file's blocks (GIF89a specification) to the end of its first frame.</summary>
internal static class GifHeader
{
    private const int ScreenLength = 13, FrameLength = 10;
    private const byte Extension = 0x21, Frame = 0x2C;

    /// <returns>Nothing when the file ends before its first frame.</returns>
    internal static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ScreenLength)
            return null;
        int width = UInt16(bytes[6..]), height = UInt16(bytes[8..]), position = ScreenLength + ColoursLength(bytes[10]);
        while (position + FrameLength < bytes.Length && bytes[position] == Extension)
        {
            position += 2;
            SkipBlocks(bytes, ref position);
        }
        if (position + FrameLength >= bytes.Length || bytes[position] != Frame)
            return null;
        ReadOnlySpan<byte> frame = bytes.Slice(position, FrameLength);
        position += FrameLength + ColoursLength(frame[9]) + 1;
        // A frame may reach beyond the screen, which then counts as larger.
        width = Math.Max(width, UInt16(frame[1..]) + UInt16(frame[5..]));
        height = Math.Max(height, UInt16(frame[3..]) + UInt16(frame[7..]));
        return new ImageHeader(ImageFormat.Gif, width, height, SkipBlocks(bytes, ref position));
    }

    /// <returns>Whether the empty block that ends them was there.</returns>
    private static bool SkipBlocks(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length)
        {
            int length = bytes[position];
            position += 1 + length;
            if (length == 0)
                return true;
        }
        return false;
    }

    private static int ColoursLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int UInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
