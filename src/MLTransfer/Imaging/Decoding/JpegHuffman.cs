using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Reads the bits of entropy-coded JPEG data (ITU T.81, annex F) past stuffed bytes up to the next marker, then zeros.</summary>
internal ref struct JpegBits
{
    private const int Capacity = 64, PeekedBits = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private ulong _bits;
    private int _count, _padding;

    internal JpegBits(ReadOnlySpan<byte> bytes, int position)
    {
        _bytes = bytes;
        Position = position;
    }

    /// <summary>Where the next byte, or the marker that ends the data, is.</summary>
    internal int Position { get; private set; }

    /// <summary>Whether more bits were read than there are.</summary>
    internal readonly bool IsExhausted => _padding > _count;

    /// <summary>The next 32 bits, the first one highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Peek()
    {
        if (_count < PeekedBits)
            Fill();
        return (uint)(_bits >> PeekedBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Skip(int count)
    {
        _bits <<= count;
        _count -= count;
    }

    /// <param name="count">0 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Read(int count)
    {
        int value = (int)((ulong)Peek() >> (PeekedBits - count));
        Skip(count);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill()
    {
        if (Position <= _bytes.Length - sizeof(ulong)
            && BinaryPrimitives.ReadUInt64BigEndian(_bytes[Position..]) is var next8 && HasNoMarkerByte(next8))
        {
            // Bits below the last whole byte are read again by the next call.
            _bits |= next8 >> _count;
            int whole = (Capacity - 1 - _count) >> 3;
            Position += whole;
            _count += whole << 3;
            return;
        }
        while (_count <= Capacity - 8)
        {
            int next = NextByte();
            if (next < 0)
                _padding += 8;
            else
                _bits |= (ulong)next << (Capacity - 8 - _count);
            _count += 8;
        }
    }

    // No byte is 0xFF: the usual bit trick for "no byte is 0", applied to the complement.
    private static bool HasNoMarkerByte(ulong bytes) => ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) == 0;

    /// <returns>-1 at a marker and at the end.</returns>
    private int NextByte()
    {
        if (Position >= _bytes.Length)
            return -1;
        byte value = _bytes[Position];
        if (value != byte.MaxValue)
        {
            Position++;
            return value;
        }
        int after = Position + 1;
        while (after < _bytes.Length && _bytes[after] == byte.MaxValue)
            after++;
        if (after >= _bytes.Length || _bytes[after] != 0)
            return -1;
        Position = after + 1;
        return byte.MaxValue;
    }
}

/// <summary>A Huffman table of a JPEG file (ITU T.81, annex C).</summary>
internal sealed class HuffmanTable
{
    private const int Longest = 16, PeekedBits = 32;

    /// <summary>Bits that decide which entry of <see cref="Entries"/> is used.</summary>
    internal const int Fast = 10;

    // The lower half of a symbol is the length of the number after its code.
    private readonly uint[] _fast = new uint[1 << Fast];

    // For each length, the first value above its codes, and the offset from a code to the index of its symbol.
    private readonly int[] _end = new int[Longest + 1], _shift = new int[Longest + 1];
    private readonly byte[] _symbols = new byte[256];

    // What was read last: most files have the same tables.
    private readonly byte[] _counts = new byte[Longest];
    private bool _isFilled;

    /// <summary>Whether the file has defined this table.</summary>
    internal bool IsDefined { get; private set; }

    /// <summary>
    /// For each ten bits: the length of the code and of the number after it (from bit 16 on), the length of the code (from bit 8 on), and
    /// the symbol; 0 where the code is longer.
    /// </summary>
    internal ReadOnlySpan<uint> Entries => _fast;

    internal void Clear() => IsDefined = false;

    /// <param name="counts">How many codes there are of each length from 1 to 16.</param>
    /// <param name="symbols">The symbol of each code, in the order of the codes; at most 256.</param>
    /// <returns>Whether there are enough codes of each length.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryRead(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        if (_isFilled && counts.SequenceEqual(_counts) && symbols.SequenceEqual(_symbols.AsSpan(0, symbols.Length)))
            return IsDefined = true;
        (_isFilled, IsDefined) = (false, false);
        Array.Clear(_fast);
        counts.CopyTo(_counts);
        symbols.CopyTo(_symbols);
        int code = 0, index = 0;
        for (int length = 1; length <= Longest; length++, code <<= 1)
        {
            _shift[length] = index - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length)
                    return false;
                if (length <= Fast)
                    _fast.AsSpan(code << (Fast - length), 1 << (Fast - length)).Fill(Entry(length, symbols[index]));
            }
            _end[length] = code;
        }
        return _isFilled = IsDefined = true;
    }

    /// <returns>The next symbol; -1 where the bits are not a code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Read(ref JpegBits bits)
    {
        uint next = bits.Peek();
        uint entry = _fast[next >> (PeekedBits - Fast)];
        if (entry != 0)
        {
            bits.Skip((byte)(entry >> 8));
            return (byte)entry;
        }
        return ReadLong(ref bits, next);
    }

    /// <summary>The next symbol; skips the number after it. -1 where the bits are not a code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int ReadPastNumber(ref JpegBits bits)
    {
        uint entry = _fast[bits.Peek() >> (PeekedBits - Fast)];
        if (entry != 0)
        {
            bits.Skip((int)(entry >> 16));
            return (byte)entry;
        }
        int symbol = ReadLong(ref bits, bits.Peek());
        if (symbol > 0)
            bits.Read(symbol & 15);
        return symbol;
    }

    /// <summary>A code longer than those of <see cref="Entries"/>.</summary>
    /// <param name="next">The next 32 bits.</param>
    /// <returns>What an entry would say; 0 where the bits are not a code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal uint LongEntry(uint next)
    {
        for (int length = Fast + 1; length <= Longest; length++)
        {
            int code = (int)(next >> (PeekedBits - length));
            if (code < _end[length])
                return Entry(length, _symbols[code + _shift[length]]);
        }
        return 0;
    }

    private static uint Entry(int length, byte symbol) => (uint)((length + (symbol & 15)) << 16 | length << 8 | symbol);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadLong(ref JpegBits bits, uint next)
    {
        uint entry = LongEntry(next);
        if (entry == 0)
            return -1;
        bits.Skip((byte)(entry >> 8));
        return (byte)entry;
    }
}

/// <summary>The range of coefficients in a scan, and whether the scan only adds a bit to each.</summary>
internal readonly record struct JpegBand(int First, int Last, bool IsRefining);

/// <summary>Skips the codes of single blocks (ITU T.81, annexes F and G) without computing what they hold.</summary>
internal struct JpegBlocks(JpegBand band, bool isProgressive)
{
    private const int LongRun = 15, LongestNumber = 16;

    // How many of the next blocks have nothing in this band ("end of band" run).
    private int _emptyBlocks;

    internal void Restart() => _emptyBlocks = 0;

    /// <param name="bits">The data.</param>
    /// <param name="component">Whose block it is.</param>
    /// <param name="block">Which one, where the scan has only this component.</param>
    /// <exception cref="ArgumentException">Some of the bits are not a code.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Skip(ref JpegBits bits, JpegComponent component, int block)
    {
        if (!isProgressive)
        {
            SkipNumber(ref bits, component.Dc);
            SkipBaseline(ref bits, component.Ac);
        }
        else if (band.First > 0)
        {
            ref ulong nonZero = ref component.NonZero[block];
            if (band.IsRefining)
                SkipRefinement(ref bits, component.Ac, ref nonZero);
            else
                SkipBand(ref bits, component.Ac, ref nonZero);
        }
        else if (band.IsRefining)
        {
            bits.Read(1);
        }
        else
        {
            SkipNumber(ref bits, component.Dc);
        }
    }

    private static void SkipNumber(ref JpegBits bits, HuffmanTable codes) =>
        bits.Read(Math.Min(ReadSymbol(ref bits, codes), LongestNumber));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SkipBaseline(ref JpegBits bits, HuffmanTable codes)
    {
        for (int k = 1; k <= 63; k++)
        {
            int symbol = ThrowIfNoCode(codes.ReadPastNumber(ref bits));
            if ((symbol & 15) == 0 && symbol >> 4 != LongRun)
                return;
            k += symbol >> 4;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SkipBand(ref JpegBits bits, HuffmanTable codes, ref ulong nonZero)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return;
        }
        for (int k = band.First; k <= band.Last; k++)
        {
            int symbol = ReadSymbol(ref bits, codes), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run != LongRun)
            {
                _emptyBlocks = (1 << run) - 1 + bits.Read(run);
                return;
            }
            k += run;
            bits.Read(size);
            if (size > 0)
                nonZero |= 1UL << (k & 63);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SkipRefinement(ref JpegBits bits, HuffmanTable codes, ref ulong nonZero)
    {
        int k = band.First;
        while (_emptyBlocks == 0 && k <= band.Last)
        {
            int symbol = ReadSymbol(ref bits, codes), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run != LongRun)
            {
                _emptyBlocks = (1 << run) + bits.Read(run);
                break;
            }
            bits.Read(size == 0 ? 0 : 1);
            // The run counts only coefficients that are 0 so far; each of the others has a bit of its own.
            for (; k <= band.Last; k++)
            {
                if ((nonZero >> k & 1) != 0)
                    bits.Read(1);
                else if (--run < 0)
                    break;
            }
            if (size > 0 && k <= band.Last)
                nonZero |= 1UL << k;
            k++;
        }
        if (_emptyBlocks == 0)
            return;
        for (; k <= band.Last; k++)
        {
            if ((nonZero >> k & 1) != 0)
                bits.Read(1);
        }
        _emptyBlocks--;
    }

    private static int ReadSymbol(ref JpegBits bits, HuffmanTable codes) => ThrowIfNoCode(codes.Read(ref bits));

    private static int ThrowIfNoCode(int symbol) =>
        symbol >= 0 ? symbol : throw new ArgumentException("some bits of its JPEG data are no code");
}
