using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Reads the markers of a JPEG file (ITU T.81, annex B) for what Skia does not report: the size of a file that it refuses to open, the
/// number of scans, and whether the end marker is there.
/// </summary>
internal static class JpegHeader
{
    internal const byte EndOfImage = 0xD9, StartOfScan = 0xDA, FirstRestart = 0xD0, LastRestart = 0xD7;

    private const byte StartOfImage = 0xD8, Temporary = 0x01, JpegLs = 0xF7, SupportedBits = 8;

    /// <returns>Null when the file ends before its frame header.</returns>
    /// <exception cref="ImageException">The frame is of an unsupported kind.</exception>
    internal static ImageHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        ImageDimensions? size = null;
        int position = 0, scans = 0, marker;
        while ((marker = NextMarker(bytes, ref position)) is not (0 or EndOfImage))
        {
            if (StandsAlone(marker))
                continue;
            if (!TryReadSegment(bytes, ref position, out ReadOnlySpan<byte> segment))
                break;
            if (IsFrame(marker) && segment.Length >= 6)
                size ??= ReadFrame(name, marker, segment);
            else if (marker == StartOfScan)
                scans++;
        }
        return size is { } found
            ? new ImageHeader(ImageFormat.Jpeg, found) { IsComplete = marker == EndOfImage, Scans = scans } : null;
    }

    /// <summary>
    /// The next marker, past everything else, such as entropy-coded data with its stuffed bytes; <paramref name="position"/> moves past it.
    /// 0 at the end.
    /// </summary>
    internal static int NextMarker(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length && bytes[position..].IndexOf(byte.MaxValue) is var found and >= 0)
        {
            position += found + 1;
            while (position < bytes.Length && bytes[position] == byte.MaxValue)
                position++;
            if (position < bytes.Length && bytes[position++] is var marker and not 0)
                return marker;
        }
        return 0;
    }

    /// <summary>Reads what a marker's segment holds; <paramref name="position"/> moves past it.</summary>
    /// <returns>Whether the file does not end within the segment.</returns>
    internal static bool TryReadSegment(ReadOnlySpan<byte> bytes, ref int position, out ReadOnlySpan<byte> segment)
    {
        int length = bytes.Length - position < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]);
        bool isWhole = length >= 2 && length <= bytes.Length - position;
        segment = isWhole ? bytes.Slice(position + 2, length - 2) : default;
        position += isWhole ? length : 0;
        return isWhole;
    }

    /// <summary>Whether no segment follows the marker.</summary>
    internal static bool StandsAlone(int marker) => marker is StartOfImage or Temporary or (>= FirstRestart and <= LastRestart);

    private static ImageDimensions ReadFrame(string name, int marker, ReadOnlySpan<byte> segment)
    {
        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        string? unsupported = marker switch
        {
            JpegLs => "with JPEG-LS compression",
            0xC3 or 0xCB => "with lossless compression",
            >= 0xC5 and <= 0xC7 or >= 0xCD => "in hierarchical form",
            _ when segment[0] != SupportedBits => $"of {segment[0]} bits a color",
            _ when segment[5] is not (1 or 3 or 4) => $"of {segment[5]} colors",
            _ when height == 0 => "whose height is given at its end",
            _ => null,
        };
        return unsupported is null ? new ImageDimensions(width, height) : throw ImageException.NotSupported(
            name, $"a JPEG image {unsupported}; save it as baseline or progressive JPEG of 8 bits, or as PNG");
    }

    // 0xC4, 0xC8 and 0xCC are in the range of frame markers but mean tables and an extension.
    private static bool IsFrame(int marker) => marker is (>= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) or JpegLs;
}

/// <summary>
/// Walks the Huffman codes of a JPEG file (ITU T.81) to find missing pixels, which Skia silently fills in (libjpeg-turbo reports them).
/// What this walk does not know, such as arithmetic coding, is left to the codec.
/// </summary>
internal sealed class JpegCheck
{
    private const int Restarts = 8;

    // Reused, because its tables are costly to allocate.
    private static readonly ConcurrentBag<JpegCheck> Idle = [];

    private readonly JpegFrame _frame = new();

    /// <param name="bytes">A file that reaches its end marker.</param>
    /// <exception cref="ArgumentException">Pixels are missing, or some of the bits are not a code.</exception>
    internal static void ThrowIfPixelsAreMissing(ReadOnlySpan<byte> bytes)
    {
        JpegCheck check = Idle.TryTake(out JpegCheck? idle) ? idle : new JpegCheck();
        try
        {
            check.Walk(bytes);
        }
        finally
        {
            Idle.Add(check);
        }
    }

    private void Walk(ReadOnlySpan<byte> bytes)
    {
        _frame.Clear();
        int position = 0;
        while (JpegHeader.NextMarker(bytes, ref position) is var marker and not (0 or JpegHeader.EndOfImage))
        {
            if (JpegHeader.StandsAlone(marker))
                continue;
            if (!JpegHeader.TryReadSegment(bytes, ref position, out ReadOnlySpan<byte> segment))
                return;
            bool isUnderstood =
                marker == JpegHeader.StartOfScan ? WalkScan(bytes, segment, ref position) : _frame.ReadSegment(marker, segment);
            if (!isUnderstood)
                return;
        }
    }

    private bool WalkScan(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> segment, ref int position)
    {
        if (!_frame.TryBeginScan(segment, out JpegBand band))
            return false;
        WalkUnits(bytes, band, ref position);
        return true;
    }

    // A scan of several components goes over them in units of some blocks of each; a scan of one goes over its blocks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkUnits(ReadOnlySpan<byte> bytes, JpegBand band, ref int position)
    {
        ReadOnlySpan<JpegComponent> scanned = _frame.Scanned;
        int units = _frame.UnitColumns * _frame.UnitRows, interval = _frame.RestartInterval;
        JpegBits bits = new(bytes, position);
        JpegBlocks blocks = new(band, _frame.IsProgressive);
        for (int unit = 0; unit < units; unit++)
        {
            if (interval > 0 && unit > 0 && unit % interval == 0)
            {
                int at = bits.Position;
                if (JpegHeader.NextMarker(bytes, ref at) != JpegHeader.FirstRestart + (unit / interval - 1) % Restarts)
                    throw new ArgumentException("a part of its JPEG data is missing");
                bits = new JpegBits(bytes, at);
                blocks.Restart();
            }
            foreach (JpegComponent component in scanned)
            {
                int count = scanned.Length == 1 ? 1 : component.Across * component.Down;
                for (int i = 0; i < count; i++)
                    blocks.Skip(ref bits, component, unit);
            }
            if (bits.IsExhausted)
                throw new ArgumentException("its JPEG data ends before its last pixel, or a part of it is missing");
        }
        position = bits.Position;
    }
}
