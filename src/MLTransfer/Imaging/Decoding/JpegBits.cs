using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Reads the bits of entropy-coded JPEG data (ITU T.81, annex F) past stuffed bytes up to the next marker, then zeros.</summary>
internal ref struct JpegBits
{
    private const int Room = 64, LongestCodeWithBits = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private ulong _bits;
    private int _count, _madeUp;

    internal JpegBits(ReadOnlySpan<byte> bytes, int position)
    {
        _bytes = bytes;
        Position = position;
    }

    /// <summary>Where the next byte, or the marker that ends the data, is.</summary>
    internal int Position { get; private set; }

    /// <summary>Whether more bits were read than there are.</summary>
    internal readonly bool HasRunOut => _madeUp > _count;

    /// <summary>The next bits of a symbol's code and what follows it, the first one highest.</summary>
    internal uint Peek()
    {
        if (_count < LongestCodeWithBits)
            Fill();
        return (uint)(_bits >> LongestCodeWithBits);
    }

    internal void Skip(int count)
    {
        _bits <<= count;
        _count -= count;
    }

    /// <param name="count">0 to 16.</param>
    internal int Read(int count)
    {
        int value = (int)((ulong)Peek() >> (LongestCodeWithBits - count));
        Skip(count);
        return value;
    }

    private void Fill()
    {
        if (Position <= _bytes.Length - sizeof(ulong)
            && BinaryPrimitives.ReadUInt64BigEndian(_bytes[Position..]) is var next8 && HasNoMarker(next8))
        {
            // Bits below the last whole byte are those that the next call reads again.
            _bits |= next8 >> _count;
            int whole = (Room - 1 - _count) >> 3;
            Position += whole;
            _count += whole << 3;
            return;
        }
        while (_count <= Room - 8)
        {
            int next = Next();
            if (next < 0)
                _madeUp += 8;
            else
                _bits |= (ulong)next << (Room - 8 - _count);
            _count += 8;
        }
    }

    // No byte is 0xFF: the usual test for a byte that is 0, on the opposite.
    private static bool HasNoMarker(ulong bytes) => ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) == 0;

    /// <returns>-1 at a marker and at the end.</returns>
    private int Next()
    {
        if (Position >= _bytes.Length)
            return -1;
        byte value = _bytes[Position];
        if (value != byte.MaxValue)
        {
            Position++;
            return value;
        }
        int behind = Position + 1;
        while (behind < _bytes.Length && _bytes[behind] == byte.MaxValue)
            behind++;
        if (behind >= _bytes.Length || _bytes[behind] != 0)
            return -1;
        Position = behind + 1;
        return byte.MaxValue;
    }
}

/// <summary>A Huffman table of a JPEG file (ITU T.81, annex C).</summary>
internal sealed class JpegCodes
{
    private const int Longest = 16, Fast = 9, PeekedBits = 32;

    // For each beginning of nine bits: the length of its code together with the number behind it, whose length is the symbol's lower half;
    // the
    // length of the code; its symbol. 0 where the code is longer.
    private readonly uint[] _fast = new uint[1 << Fast];

    // The first number that is no code of a length any more, and what leads from a code to the place of its symbol.
    private readonly int[] _end = new int[Longest + 1], _shift = new int[Longest + 1];
    private readonly byte[] _symbols = new byte[256];

    /// <summary>Whether the file has this table.</summary>
    internal bool IsThere { get; private set; }

    internal void Forget() => IsThere = false;

    /// <param name="counts">How many codes there are of each length from 1 to 16.</param>
    /// <param name="symbols">What they mean, in order of their codes; at most 256.</param>
    /// <returns>Whether codes can be like that.</returns>
    internal bool TryRead(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        Array.Clear(_fast);
        symbols.CopyTo(_symbols);
        int code = 0, index = 0;
        for (int length = 1; length <= Longest; length++, code <<= 1)
        {
            _shift[length] = index - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length)
                    return false;
                uint entry = (uint)((length + (symbols[index] & 15)) << 16 | length << 8 | symbols[index]);
                if (length <= Fast)
                    _fast.AsSpan(code << (Fast - length), 1 << (Fast - length)).Fill(entry);
            }
            _end[length] = code;
        }
        return IsThere = true;
    }

    /// <returns>The next symbol; -1 where the bits are no code.</returns>
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

    /// <summary>The next symbol, past the number behind it; -1 where the bits are no code.</summary>
    internal int ReadWithNumber(ref JpegBits bits)
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

    private int ReadLong(ref JpegBits bits, uint next)
    {
        for (int length = Fast + 1; length <= Longest; length++)
        {
            int code = (int)(next >> (PeekedBits - length));
            if (code >= _end[length])
                continue;
            bits.Skip(length);
            return _symbols[code + _shift[length]];
        }
        return -1;
    }
}
