using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Walks a JPEG file's markers (ITU T.81, annex B): the frame header has the size, the end marker shows that the file is whole.
/// </summary>
internal static class JpegHeader
{
    private const int UsualBits = 8;
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, FirstRestart = 0xD0, LastRestart = 0xD7, Temporary = 0x01,
        StartOfScan = 0xDA, Application1 = 0xE1, JpegLs = 0xF7;

    /// <returns>Nothing when the file ends before its frame header.</returns>
    /// <exception cref="ImageException">The frame is of a kind that is not read.</exception>
    internal static ImageHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        ImageHeader? header = null;
        Orientation orientation = Orientation.AsStored;
        int position = 0, scans = 0;
        bool isComplete = false;
        while (!isComplete && NextMarker(bytes, ref position) is { } marker)
        {
            isComplete = marker == EndOfImage;
            if (isComplete || StandsAlone(marker))
                continue;
            ReadOnlySpan<byte> segment = Segment(bytes, position);
            if (segment.IsEmpty)
                break;
            if (IsFrame(marker) && segment.Length >= 8)
                header ??= Frame(name, marker, segment);
            else if (marker == Application1 && orientation == Orientation.AsStored && segment[2..].StartsWith("Exif\0\0"u8))
                orientation = Exif.OrientationIn(segment[2..]);
            else if (marker == StartOfScan)
                scans++;
            position += segment.Length;
        }
        return header is { } found ? found with { IsComplete = isComplete, Orientation = orientation, Scans = scans } : null;
    }

    private static ImageHeader Frame(string name, byte marker, ReadOnlySpan<byte> segment)
    {
        if (KindNotRead(marker, segment) is { } kind)
            throw ImageException.NotSupported(name, $"a JPEG image {kind}; save it as baseline or progressive JPEG of 8 bits, or as PNG");
        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[5..]);
        return new ImageHeader(ImageFormat.Jpeg, width, height, IsComplete: false) { Components = segment[7] };
    }

    private static string? KindNotRead(byte marker, ReadOnlySpan<byte> segment) => marker switch
    {
        JpegLs => "with JPEG-LS compression",
        0xC3 or 0xCB => "with lossless compression",
        >= 0xC5 and <= 0xC7 or >= 0xCD => "in hierarchical form",
        _ when segment[2] != UsualBits => $"of {segment[2]} bits a colour",
        _ when segment[7] is not (1 or 3 or 4) => $"of {segment[7]} colours",
        _ when BinaryPrimitives.ReadUInt16BigEndian(segment[3..]) == 0 => "whose height is given at its end",
        _ => null,
    };

    /// <summary>The next marker, past entropy-coded data and its stuffed bytes; <paramref name="position"/> moves behind it.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length)
        {
            int found = bytes[position..].IndexOf((byte)0xFF);
            if (found < 0)
                return null;
            position += found + 1;
            while (position < bytes.Length && bytes[position] == 0xFF)
                position++;
            if (position < bytes.Length && bytes[position++] is var code and not 0)
                return code;
        }
        return null;
    }

    /// <summary>The segment with its two length bytes; empty when the file ends within it.</summary>
    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> bytes, int position)
    {
        if (bytes.Length - position < 2)
            return [];
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]);
        return length < 2 || length > bytes.Length - position ? [] : bytes.Slice(position, length);
    }

    private static bool StandsAlone(byte marker) =>
        marker is StartOfImage or Temporary or (>= FirstRestart and <= LastRestart);

    // 0xC4, 0xC8 and 0xCC lie among the frame markers but mean tables and an extension.
    private static bool IsFrame(byte marker) => marker is (>= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) or JpegLs;
}
