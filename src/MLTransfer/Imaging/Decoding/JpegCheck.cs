using System.Buffers.Binary;
using System.Collections.Concurrent;

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
            _ when segment[0] != SupportedBits => $"of {segment[0]} bits a colour",
            _ when segment[5] is not (1 or 3 or 4) => $"of {segment[5]} colours",
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
    private const byte HuffmanTables = 0xC4, RestartInterval = 0xDD;
    private const int Restarts = 8, BlockSide = 8, MaxComponents = 4, TableClasses = 2, TablesOfAClass = 4;

    // Reused, because its tables are costly to allocate.
    private static readonly ConcurrentBag<JpegCheck> Idle = [];

    private readonly HuffmanTable[] _tables = [.. Enumerable.Range(0, TableClasses * TablesOfAClass).Select(_ => new HuffmanTable())];
    private readonly JpegComponent[] _components = [new(), new(), new(), new()], _scanned = new JpegComponent[MaxComponents];
    private int _count, _across, _down, _width, _height, _interval;
    private bool _isProgressive;

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
        (_count, _interval, _isProgressive) = (0, 0, false);
        foreach (HuffmanTable table in _tables)
            table.Clear();
        int position = 0;
        while (JpegHeader.NextMarker(bytes, ref position) is var marker and not (0 or JpegHeader.EndOfImage))
        {
            if (JpegHeader.StandsAlone(marker))
                continue;
            if (!JpegHeader.TryReadSegment(bytes, ref position, out ReadOnlySpan<byte> segment))
                return;
            bool isUnderstood =
                marker == JpegHeader.StartOfScan ? WalkScan(bytes, segment, ref position) : ReadSegment(marker, segment);
            if (!isUnderstood)
                return;
        }
    }

    private bool ReadSegment(int marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case HuffmanTables:
                return ReadTables(segment);
            case 0xC0 or 0xC1 or 0xC2:
                _isProgressive = marker == 0xC2;
                return ReadFrame(segment);
            case RestartInterval when segment.Length >= 2:
                _interval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                return true;
            default:
                return marker is < 0xC3 or > 0xCF;
        }
    }

    private bool ReadTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 17)
        {
            int count = 0;
            foreach (byte one in segment[1..17])
                count += one;
            int index = (segment[0] >> 4) * TablesOfAClass + (segment[0] & 15);
            if (segment[0] >> 4 >= TableClasses || (segment[0] & 15) >= TablesOfAClass || count > 256 || segment.Length < 17 + count
                || !_tables[index].TryRead(segment[1..17], segment.Slice(17, count)))
                return false;
            segment = segment[(17 + count)..];
        }
        return true;
    }

    private bool ReadFrame(ReadOnlySpan<byte> segment)
    {
        if (_count > 0 || segment.Length < 6 || segment[5] is < 1 or > MaxComponents || segment.Length < 6 + 3 * segment[5])
            return false;
        (_height, _width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        (_count, _across, _down) = (segment[5], 1, 1);
        for (int i = 0; i < _count; i++)
        {
            byte sampling = segment[7 + 3 * i];
            (_components[i].Id, _components[i].Across, _components[i].Down) = (segment[6 + 3 * i], sampling >> 4, sampling & 15);
            if (_components[i].Across is < 1 or > 4 || _components[i].Down is < 1 or > 4)
                return false;
            (_across, _down) = (Math.Max(_across, _components[i].Across), Math.Max(_down, _components[i].Down));
        }
        foreach (JpegComponent one in _components.AsSpan(0, _count))
        {
            one.Begin(CeilingDivide(CeilingDivide(_width * one.Across, _across), BlockSide),
                CeilingDivide(CeilingDivide(_height * one.Down, _down), BlockSide), _isProgressive);
        }
        return true;
    }

    private bool WalkScan(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> segment, ref int position)
    {
        int count = segment.IsEmpty ? 0 : segment[0];
        if (count < 1 || count > _count || segment.Length < 4 + 2 * count)
            return false;
        (byte first, byte last, byte bits) = (segment[1 + 2 * count], segment[2 + 2 * count], segment[3 + 2 * count]);
        JpegBand band = _isProgressive ? new(first, last, bits >> 4 != 0) : new(0, 63, false);
        if (_isProgressive && (last > 63 || first > last || first > 0 && count > 1))
            return false;
        for (int i = 0; i < count; i++)
        {
            if (!TryChooseComponent(i, segment[1 + 2 * i], segment[2 + 2 * i], band))
                return false;
        }
        return WalkUnits(bytes, _scanned.AsSpan(0, count), band, ref position);
    }

    /// <summary>Takes a component into the scan, with its tables.</summary>
    /// <returns>Whether the file has them: codecs use a standard one where a table is missing.</returns>
    private bool TryChooseComponent(int place, byte id, byte tables, JpegBand band)
    {
        foreach (JpegComponent one in _components.AsSpan(0, _count))
        {
            if (one.Id != id || tables >> 4 >= TablesOfAClass || (tables & 15) >= TablesOfAClass)
                continue;
            (one.Dc, one.Ac) = (_tables[tables >> 4], _tables[TablesOfAClass + (tables & 15)]);
            _scanned[place] = one;
            return (band.First > 0 || band.IsRefining || one.Dc.IsDefined) && (_isProgressive && band.First == 0 || one.Ac.IsDefined);
        }
        return false;
    }

    // A scan of several components goes over them in units of some blocks of each; a scan of one goes over its blocks.
    private bool WalkUnits(ReadOnlySpan<byte> bytes, ReadOnlySpan<JpegComponent> scanned, JpegBand band, ref int position)
    {
        int units = scanned.Length == 1 ? scanned[0].Columns * scanned[0].Rows
            : CeilingDivide(_width, BlockSide * _across) * CeilingDivide(_height, BlockSide * _down);
        JpegBits bits = new(bytes, position);
        JpegBlocks blocks = new(band, _isProgressive);
        for (int unit = 0; unit < units; unit++)
        {
            if (_interval > 0 && unit > 0 && unit % _interval == 0)
            {
                int at = bits.Position;
                if (JpegHeader.NextMarker(bytes, ref at) != JpegHeader.FirstRestart + (unit / _interval - 1) % Restarts)
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
        return true;
    }

    private static int CeilingDivide(int whole, int part) => (whole + part - 1) / part;
}

/// <summary>One of the color components of a JPEG file, with its tables in the current scan.</summary>
internal sealed class JpegComponent
{
    internal byte Id { get; set; }

    /// <summary>Horizontal sampling factor: blocks of this component side by side in a unit.</summary>
    internal int Across { get; set; }

    /// <summary>Vertical sampling factor.</summary>
    internal int Down { get; set; }

    internal int Columns { get; private set; }

    internal int Rows { get; private set; }

    internal HuffmanTable Dc { get; set; } = new();

    internal HuffmanTable Ac { get; set; } = new();

    /// <summary>For each block, a bit for each coefficient that is not 0: a refining scan has a bit for each of them.</summary>
    internal ulong[] NonZero { get; private set; } = [];

    internal void Begin(int columns, int rows, bool isProgressive)
    {
        (Columns, Rows) = (columns, rows);
        if (!isProgressive)
            return;
        if (NonZero.Length < columns * rows)
            NonZero = new ulong[columns * rows];
        else
            Array.Clear(NonZero, 0, columns * rows);
    }
}
