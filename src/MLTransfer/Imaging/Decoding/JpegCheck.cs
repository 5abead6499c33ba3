using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Walks the Huffman codes of a JPEG file (ITU T.81) to find out whether any of its pixels are missing: Skia makes them up and does not
/// tell, while libjpeg-turbo does. What this walk does not know, such as arithmetic coding, is left to the codec.
/// </summary>
internal sealed class JpegCheck
{
    private const byte FirstRestart = 0xD0, EndOfImage = 0xD9, StartOfScan = 0xDA, HuffmanTables = 0xC4, RestartInterval = 0xDD;
    private const int Restarts = 8, BlockSide = 8, MostComponents = 4, TableClasses = 2, TablesOfAClass = 4;

    // Used again, for its tables are costly to allocate.
    private static readonly ConcurrentBag<JpegCheck> Idle = [];

    private readonly JpegCodes[] _tables = [.. Enumerable.Range(0, TableClasses * TablesOfAClass).Select(_ => new JpegCodes())];
    private readonly JpegComponent[] _components = [new(), new(), new(), new()], _parts = new JpegComponent[MostComponents];
    private int _count, _across, _down, _width, _height, _interval;
    private bool _isProgressive;

    /// <param name="bytes">A file that reaches its end marker.</param>
    /// <exception cref="ArgumentException">Pixels are missing, or some of the bits are no code.</exception>
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
        foreach (JpegCodes codes in _tables)
            codes.Forget();
        int position = 2;
        while (NextMarker(bytes, ref position) is var marker and > 0 and not EndOfImage)
        {
            if (marker is >= FirstRestart and < FirstRestart + Restarts or 1)
                continue;
            if (bytes.Length - position < 2)
                return;
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]);
            if (length < 2 || length > bytes.Length - position)
                return;
            ReadOnlySpan<byte> segment = bytes.Slice(position + 2, length - 2);
            position += length;
            bool isUnderstood = marker == StartOfScan ? WalkScan(bytes, segment, ref position) : Read(marker, segment);
            if (!isUnderstood)
                return;
        }
    }

    /// <summary>The next marker, past everything else; <paramref name="position"/> moves behind it. 0 at the end.</summary>
    private static int NextMarker(ReadOnlySpan<byte> bytes, ref int position)
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

    private bool Read(int marker, ReadOnlySpan<byte> segment)
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
        if (_count > 0 || segment.Length < 6 || segment[5] is < 1 or > MostComponents || segment.Length < 6 + 3 * segment[5])
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
            one.Begin(Parts(Parts(_width * one.Across, _across), BlockSide), Parts(Parts(_height * one.Down, _down), BlockSide),
                _isProgressive);
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
            if (!TryChoose(i, segment[1 + 2 * i], segment[2 + 2 * i], band))
                return false;
        }
        return WalkUnits(bytes, _parts.AsSpan(0, count), band, ref position);
    }

    /// <summary>
    /// Takes a component into the scan, with its tables; where the scan needs one that the file lacks, codecs take the usual one.
    /// </summary>
    private bool TryChoose(int place, byte id, byte tables, JpegBand band)
    {
        foreach (JpegComponent one in _components.AsSpan(0, _count))
        {
            if (one.Id != id || tables >> 4 >= TablesOfAClass || (tables & 15) >= TablesOfAClass)
                continue;
            (one.Dc, one.Ac) = (_tables[tables >> 4], _tables[TablesOfAClass + (tables & 15)]);
            _parts[place] = one;
            return (band.First > 0 || band.IsRefining || one.Dc.IsThere) && (_isProgressive && band.First == 0 || one.Ac.IsThere);
        }
        return false;
    }

    // A scan of several components goes over them in units of some blocks of each; a scan of one goes over its blocks.
    private bool WalkUnits(ReadOnlySpan<byte> bytes, ReadOnlySpan<JpegComponent> parts, JpegBand band, ref int position)
    {
        int units = parts.Length == 1 ? parts[0].Columns * parts[0].Rows
            : Parts(_width, BlockSide * _across) * Parts(_height, BlockSide * _down);
        JpegBits bits = new(bytes, position);
        JpegBlocks blocks = new(band, _isProgressive);
        for (int unit = 0; unit < units; unit++)
        {
            if (_interval > 0 && unit > 0 && unit % _interval == 0)
            {
                int at = bits.Position;
                if (NextMarker(bytes, ref at) != FirstRestart + (unit / _interval - 1) % Restarts)
                    throw new ArgumentException("a part of its JPEG data is missing");
                bits = new JpegBits(bytes, at);
                blocks.Restart();
            }
            foreach (JpegComponent part in parts)
            {
                int count = parts.Length == 1 ? 1 : part.Across * part.Down;
                for (int i = 0; i < count; i++)
                    blocks.Walk(ref bits, part, unit);
            }
            if (bits.HasRunOut)
                throw new ArgumentException("its JPEG data ends before its last pixel, or a part of it is missing");
        }
        position = bits.Position;
        return true;
    }

    private static int Parts(int whole, int part) => (whole + part - 1) / part;
}

/// <summary>One of the colours of a JPEG file, with the tables of the scan in question.</summary>
internal sealed class JpegComponent
{
    internal byte Id { get; set; }

    internal int Across { get; set; }

    internal int Down { get; set; }

    internal int Columns { get; private set; }

    internal int Rows { get; private set; }

    internal JpegCodes Dc { get; set; } = new();

    internal JpegCodes Ac { get; set; } = new();

    /// <summary>For each block, a bit for each coefficient that is not 0: refining reads a bit for each of them.</summary>
    internal ulong[] Seen { get; private set; } = [];

    internal void Begin(int columns, int rows, bool isProgressive)
    {
        (Columns, Rows) = (columns, rows);
        if (!isProgressive)
            return;
        if (Seen.Length < columns * rows)
            Seen = new ulong[columns * rows];
        else
            Array.Clear(Seen, 0, columns * rows);
    }
}

/// <summary>The coefficients that a scan brings, and whether it only adds a bit to each.</summary>
internal readonly record struct JpegBand(int First, int Last, bool IsRefining);
