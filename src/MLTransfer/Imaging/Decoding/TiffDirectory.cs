using System.Buffers.Binary;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// The first directory of tags in TIFF data (TIFF 6.0, section 2), which EXIF data is too. Reads the whole numbers of a tag, wherever they
/// are; a tag that points outside the data counts as missing.
/// </summary>
internal readonly ref struct TiffDirectory
{
    internal const ushort Compression = 259, Photometric = 262, Orientation = 274;

    private const int EntryLength = 12;
    private const ushort Short = 3, Long = 4;

    // Bytes of a value by its type, 1 to 13.
    private static readonly byte[] Sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<byte> _entries;
    private readonly bool _littleEndian;

    private TiffDirectory(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> entries, bool littleEndian)
    {
        _bytes = bytes;
        _entries = entries;
        _littleEndian = littleEndian;
    }

    /// <summary>Whether no tag claims more values than there are bytes.</summary>
    internal bool IsPlausible
    {
        get
        {
            for (int i = 0; i + EntryLength <= _entries.Length; i += EntryLength)
            {
                int type = UInt16(_entries[(i + 2)..], _littleEndian);
                if (UInt32(_entries[(i + 4)..], _littleEndian) * (long)(type < Sizes.Length ? Sizes[type] : 1) > _bytes.Length)
                    return false;
            }
            return true;
        }
    }

    /// <returns>A directory without tags where the data has none.</returns>
    internal static TiffDirectory ReadFirst(ReadOnlySpan<byte> bytes)
    {
        bool littleEndian = bytes.StartsWith("II*\0"u8);
        if (bytes.Length < 8 || !littleEndian && !bytes.StartsWith("MM\0*"u8))
            return default;
        uint start = UInt32(bytes[4..], littleEndian);
        if (start > bytes.Length - 2)
            return default;
        int count = UInt16(bytes[(int)start..], littleEndian), from = (int)start + 2;
        return new TiffDirectory(bytes, bytes[from..Math.Min(bytes.Length, from + count * EntryLength)], littleEndian);
    }

    /// <summary>Whether there is such a tag, of whatever type.</summary>
    internal bool Has(ushort tag) => !Entry(tag).IsEmpty;

    /// <summary>The number in a tag, its largest where it has several; nothing when the tag is missing or holds no whole numbers.</summary>
    internal uint? Number(ushort tag)
    {
        ReadOnlySpan<byte> values = Values(tag, out int size);
        uint? largest = null;
        for (int i = 0; i + size <= values.Length && size > 0; i += size)
            largest = Math.Max(largest ?? 0, NumberAt(values[i..], size));
        return largest;
    }

    /// <summary>The whole numbers in a tag; none when it is missing or points outside the data.</summary>
    internal uint[] Numbers(ushort tag)
    {
        ReadOnlySpan<byte> values = Values(tag, out int size);
        uint[] numbers = new uint[size == 0 ? 0 : values.Length / size];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = NumberAt(values[(i * size)..], size);
        return numbers;
    }

    private ReadOnlySpan<byte> Entry(ushort tag)
    {
        for (int i = 0; i + EntryLength <= _entries.Length; i += EntryLength)
        {
            ReadOnlySpan<byte> entry = _entries.Slice(i, EntryLength);
            if (UInt16(entry, _littleEndian) == tag)
                return entry;
        }
        return default;
    }

    private ReadOnlySpan<byte> Values(ushort tag, out int size)
    {
        size = 0;
        ReadOnlySpan<byte> entry = Entry(tag);
        if (entry.IsEmpty)
            return default;
        size = UInt16(entry[2..], _littleEndian) switch { Short => 2, Long => 4, _ => 0 };
        long length = UInt32(entry[4..], _littleEndian) * (long)size;
        if (length <= 4)
            return entry.Slice(8, (int)length);
        uint offset = UInt32(entry[8..], _littleEndian);
        return offset + length <= _bytes.Length ? _bytes.Slice((int)offset, (int)length) : default;
    }

    private uint NumberAt(ReadOnlySpan<byte> bytes, int size) => size == 2 ? UInt16(bytes, _littleEndian) : UInt32(bytes, _littleEndian);

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
