using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>What the segments of a JPEG file before a scan say (ITU T.81, annex B): its components and their tables.</summary>
internal sealed class JpegFrame
{
    private const byte HuffmanTables = 0xC4, QuantizationTables = 0xDB, Restart = 0xDD, Jfif = 0xE0, Adobe = 0xEE;
    private const int BlockSide = 8, MaxComponents = 4, TableClasses = 2, TablesOfAClass = 4;

    private readonly HuffmanTable[] _tables = [.. Enumerable.Range(0, TableClasses * TablesOfAClass).Select(_ => new HuffmanTable())];
    private readonly QuantizationTable[] _quantizations = [new(), new(), new(), new()];
    private readonly JpegComponent[] _components = [new(), new(), new(), new()], _scanned = new JpegComponent[MaxComponents];
    private int _count, _scannedCount, _adobeTransform;
    private bool _isJfif;

    internal int Width { get; private set; }

    internal int Height { get; private set; }

    /// <summary>The largest horizontal sampling factor.</summary>
    internal int Across { get; private set; }

    /// <summary>The largest vertical sampling factor.</summary>
    internal int Down { get; private set; }

    /// <summary>Units between two restart markers; 0: there are none.</summary>
    internal int RestartInterval { get; private set; }

    internal bool IsProgressive { get; private set; }

    /// <summary>The components, in the order of the frame.</summary>
    internal ReadOnlySpan<JpegComponent> Components => _components.AsSpan(0, _count);

    /// <summary>The components of the current scan.</summary>
    internal ReadOnlySpan<JpegComponent> Scanned => _scanned.AsSpan(0, _scannedCount);

    /// <summary>Units of the current scan in a row.</summary>
    internal int UnitColumns => _scannedCount == 1 ? _scanned[0].Columns : CeilingDivide(Width, BlockSide * Across);

    /// <summary>Rows of units of the current scan.</summary>
    internal int UnitRows => _scannedCount == 1 ? _scanned[0].Rows : CeilingDivide(Height, BlockSide * Down);

    /// <summary>
    /// Whether three components are surely luma and two of chroma: files may also say that they are red, green and blue, or leave it to
    /// their reader.
    /// </summary>
    internal bool IsLumaAndChroma => _count == 3
        && (_isJfif || _adobeTransform == 1 || _adobeTransform < 0 && _components is [{ Id: 1 }, { Id: 2 }, { Id: 3 }, ..]);

    /// <summary>Forgets the last file.</summary>
    internal void Clear()
    {
        (_count, RestartInterval, IsProgressive, _isJfif, _adobeTransform) = (0, 0, false, false, -1);
        foreach (HuffmanTable table in _tables)
            table.Clear();
        foreach (QuantizationTable table in _quantizations)
            table.Clear();
    }

    /// <summary>Reads any segment but that of a scan.</summary>
    /// <returns>Whether it is understood.</returns>
    internal bool ReadSegment(int marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case HuffmanTables:
                return ReadTables(segment);
            case QuantizationTables:
                ReadQuantizations(segment);
                return true;
            case 0xC0 or 0xC1 or 0xC2:
                IsProgressive = marker == 0xC2;
                return ReadFrame(segment);
            case Restart when segment.Length >= 2:
                RestartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                return true;
            case Jfif:
                _isJfif |= segment.Length >= 14 && segment.StartsWith("JFIF\0"u8);
                return true;
            case Adobe:
                _adobeTransform = segment.Length >= 12 && segment.StartsWith("Adobe"u8) ? segment[11] : _adobeTransform;
                return true;
            default:
                return marker is < 0xC3 or > 0xCF;
        }
    }

    /// <summary>Reads the segment of a scan, with the components and tables that it names.</summary>
    /// <returns>Whether it is understood.</returns>
    internal bool TryBeginScan(ReadOnlySpan<byte> segment, out JpegBand band)
    {
        band = default;
        int count = segment.IsEmpty ? 0 : segment[0];
        if (count < 1 || count > _count || segment.Length < 4 + 2 * count)
            return false;
        (byte first, byte last, byte bits) = (segment[1 + 2 * count], segment[2 + 2 * count], segment[3 + 2 * count]);
        band = IsProgressive ? new(first, last, bits >> 4 != 0) : new(0, 63, false);
        if (IsProgressive && (last > 63 || first > last || first > 0 && count > 1))
            return false;
        for (int i = 0; i < count; i++)
        {
            if (!TryChooseComponent(i, segment[1 + 2 * i], segment[2 + 2 * i], band))
                return false;
        }
        _scannedCount = count;
        return true;
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

    // Where a table is damaged or of 16 bits, which only our own decoder would have to know, none is defined.
    private void ReadQuantizations(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > QuantizationTable.Length && segment[0] < TablesOfAClass)
        {
            _quantizations[segment[0]].Set(segment.Slice(1, QuantizationTable.Length));
            segment = segment[(1 + QuantizationTable.Length)..];
        }
        if (segment.IsEmpty)
            return;
        foreach (QuantizationTable table in _quantizations)
            table.Clear();
    }

    private bool ReadFrame(ReadOnlySpan<byte> segment)
    {
        if (_count > 0 || segment.Length < 6 || segment[5] is < 1 or > MaxComponents || segment.Length < 6 + 3 * segment[5])
            return false;
        (Height, Width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        (_count, Across, Down) = (segment[5], 1, 1);
        for (int i = 0; i < _count; i++)
        {
            byte sampling = segment[7 + 3 * i];
            (_components[i].Id, _components[i].Across, _components[i].Down) = (segment[6 + 3 * i], sampling >> 4, sampling & 15);
            if (_components[i].Across is < 1 or > 4 || _components[i].Down is < 1 or > 4)
                return false;
            (Across, Down) = (Math.Max(Across, _components[i].Across), Math.Max(Down, _components[i].Down));
            _components[i].Quantization = segment[8 + 3 * i] < TablesOfAClass ? _quantizations[segment[8 + 3 * i]] : new();
        }
        foreach (JpegComponent one in _components.AsSpan(0, _count))
        {
            one.Begin(CeilingDivide(CeilingDivide(Width * one.Across, Across), BlockSide),
                CeilingDivide(CeilingDivide(Height * one.Down, Down), BlockSide), IsProgressive);
        }
        return true;
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
            return (band.First > 0 || band.IsRefining || one.Dc.IsDefined) && (IsProgressive && band.First == 0 || one.Ac.IsDefined);
        }
        return false;
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

    internal QuantizationTable Quantization { get; set; } = new();

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

/// <summary>The 64 factors of coefficients, in their order in the file.</summary>
internal sealed class QuantizationTable
{
    internal const int Length = 64;

    private readonly int[] _factors = new int[Length];

    /// <summary>Whether the file has defined this table.</summary>
    internal bool IsDefined { get; private set; }

    internal ReadOnlySpan<int> Factors => _factors;

    internal void Clear() => IsDefined = false;

    internal void Set(ReadOnlySpan<byte> factors)
    {
        for (int i = 0; i < Length; i++)
            _factors[i] = factors[i];
        IsDefined = true;
    }
}
