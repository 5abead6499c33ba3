using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Reads the coefficients of a baseline JPEG scan (ITU T.81, annex F) up to the next marker. Stuffed bytes are removed beforehand, so that
/// 56 bits and more can be taken at once without looking at single bytes.
/// </summary>
internal ref struct JpegCoefficients
{
    /// <summary>Coefficients of a block.</summary>
    internal const int BlockLength = 64;

    // Zeros after the data: one block reads at most 64 codes and numbers of 31 bits, and 8 bytes ahead.
    private const int Slack = 512;
    private const int Capacity = 64, PeekedBits = 32, LongestDcNumber = 11;

    // Where in a block, row after row, each coefficient of the file is (figure A.6).
    private static ReadOnlySpan<byte> ZigZag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly byte[] _data;
    private int _length, _position, _count;
    private ulong _bits;

    /// <param name="longest">Most bytes of data up to a marker.</param>
    internal JpegCoefficients(int longest) => _data = ArrayPool<byte>.Shared.Rent(longest + Slack);

    /// <summary>Whether more bits were read than there are.</summary>
    internal readonly bool IsExhausted => _position * 8L - _count > _length * 8L;

    /// <summary>Takes the data up to the next marker.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="position">Where the data begins; moves past the marker.</param>
    /// <returns>The marker; 0 where the file ends.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Begin(ReadOnlySpan<byte> bytes, ref int position)
    {
        (_length, _position, _count, _bits) = (0, 0, 0, 0);
        int marker = 0;
        while (position < bytes.Length && marker == 0)
        {
            ReadOnlySpan<byte> rest = bytes[position..];
            int found = rest.IndexOf(byte.MaxValue), taken = found < 0 ? rest.Length : found;
            rest[..taken].CopyTo(_data.AsSpan(_length));
            _length += taken;
            position += taken;
            while (position < bytes.Length && bytes[position] == byte.MaxValue)
                position++;
            if (found < 0 || position >= bytes.Length)
                break;
            marker = bytes[position++];
            if (marker == 0)
                _data[_length++] = byte.MaxValue;
        }
        _data.AsSpan(_length, Slack).Clear();
        return marker;
    }

    /// <summary>Reads a block.</summary>
    /// <param name="component">Whose block it is.</param>
    /// <param name="direct">The last direct coefficient of the component, before its factor; becomes that of this block.</param>
    /// <param name="block">64 zeros; receives the coefficients times their factors, row after row.</param>
    /// <returns>How many coefficients, in their order in the file, may differ from 0; 0 where the data is not that of a baseline
    /// image.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Read(JpegComponent component, ref int direct, Span<int> block)
    {
        if (!TryReadDirect(component.Dc, ref direct))
            return 0;
        ref int target = ref MemoryMarshal.GetReference(block[..BlockLength]);
        ref int factors = ref MemoryMarshal.GetReference(component.Quantization.Factors);
        ref byte order = ref MemoryMarshal.GetReference(ZigZag);
        target = direct * factors;
        ref uint entries = ref MemoryMarshal.GetReference(component.Ac.Entries);
        ref byte data = ref MemoryMarshal.GetArrayDataReference(_data);
        (ulong bits, int count, int position, int k, int end) = (_bits, _count, _position, 1, 1);
        while (k < BlockLength)
        {
            // Before every code: whether there are enough bits could not be predicted.
            Fill(ref data, ref bits, ref count, ref position);
            uint entry = Unsafe.Add(ref entries, (nint)(bits >> (Capacity - HuffmanTable.Fast)));
            if (entry == 0 && (entry = component.Ac.LongEntry((uint)(bits >> PeekedBits))) == 0)
                return 0;
            int all = (int)(entry >> 16), size = (int)(entry & 15);
            k += (int)(entry >> 4 & 15);
            if (size == 0)
            {
                (bits, count) = (bits << all, count - all);
                if ((entry & 0xF0) != 0xF0)
                    break;
                k++;
                continue;
            }
            if (k >= BlockLength)
                return 0;
            int value = Extend((int)(bits >> (Capacity - all)), size);
            (bits, count) = (bits << all, count - all);
            Unsafe.Add(ref target, (nint)Unsafe.Add(ref order, k)) = value * Unsafe.Add(ref factors, k);
            end = ++k;
        }
        (_bits, _count, _position) = (bits, count, position);
        return end;
    }

    /// <summary>Reads past a block.</summary>
    /// <returns>Whether the data is that of a baseline image.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Skip(JpegComponent component, ref int direct)
    {
        if (!TryReadDirect(component.Dc, ref direct))
            return false;
        ref uint entries = ref MemoryMarshal.GetReference(component.Ac.Entries);
        ref byte data = ref MemoryMarshal.GetArrayDataReference(_data);
        (ulong bits, int count, int position, int k) = (_bits, _count, _position, 1);
        while (k < BlockLength)
        {
            Fill(ref data, ref bits, ref count, ref position);
            uint entry = Unsafe.Add(ref entries, (nint)(bits >> (Capacity - HuffmanTable.Fast)));
            if (entry == 0 && (entry = component.Ac.LongEntry((uint)(bits >> PeekedBits))) == 0)
                return false;
            int all = (int)(entry >> 16);
            (bits, count) = (bits << all, count - all);
            if ((entry & 15) == 0 && (entry & 0xF0) != 0xF0)
                break;
            k += (int)(entry >> 4 & 15) + 1;
            if (k > BlockLength)
                return false;
        }
        (_bits, _count, _position) = (bits, count, position);
        return true;
    }

    /// <summary>Returns the rented memory.</summary>
    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_data);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryReadDirect(HuffmanTable codes, ref int direct)
    {
        // The only check of the position: a block cannot read past the slack.
        if (_position > _length + 8)
            return false;
        Fill(ref MemoryMarshal.GetArrayDataReference(_data), ref _bits, ref _count, ref _position);
        uint next = (uint)(_bits >> PeekedBits), entry = codes.Entries[(int)(next >> (PeekedBits - HuffmanTable.Fast))];
        if (entry == 0)
            entry = codes.LongEntry(next);
        // The lower half of a symbol is the length of the number; the upper half is 0.
        int all = (int)(entry >> 16), size = (byte)entry;
        if (entry == 0 || size > LongestDcNumber)
            return false;
        if (size > 0)
            direct += Extend((int)(_bits >> (Capacity - all)), size);
        _bits <<= all;
        _count -= all;
        return (short)direct == direct;
    }

    // The bits below the last whole byte are read again by the next call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref byte data, ref ulong bits, ref int count, ref int position)
    {
        ulong next = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, position));
        bits |= (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(next) : next) >> count;
        position += (Capacity - 1 - count) >> 3;
        count |= Capacity - 8;
    }

    /// <summary>A number of <paramref name="size"/> bits, at least 1, as the standard encodes its sign (table F.1).</summary>
    /// <param name="bits">The bits end with those of the number.</param>
    /// <param name="size">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Extend(int bits, int size)
    {
        int most = (1 << size) - 1, value = bits & most;
        // No branch: signs cannot be predicted.
        return value - (most & ((value - (most >> 1) - 1) >> 31));
    }
}
