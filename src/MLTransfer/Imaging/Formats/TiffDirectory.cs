using System.Buffers.Binary;

namespace MLTransfer.Imaging.Formats;

/// <summary>
/// The first directory of tags in TIFF data (TIFF 6.0, section 2), which is also what EXIF data is. Reads numbers that lie in the directory
/// itself or are pointed to; whatever points outside the data is as if it was not there.
/// </summary>
internal readonly ref struct TiffDirectory
{
    internal const ushort Orientation = 274;

    private const int EntryLength = 12;
    private const ushort Short = 3, Long = 4;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<byte> _entries;
    private readonly bool _littleEndian;

    private TiffDirectory(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> entries, bool littleEndian)
    {
        _bytes = bytes;
        _entries = entries;
        _littleEndian = littleEndian;
    }

    /// <returns>A directory without tags where there is none.</returns>
    internal static TiffDirectory First(ReadOnlySpan<byte> bytes)
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

    /// <summary>The number in a tag, its largest where it has several; nothing when the tag is missing or holds no whole numbers.</summary>
    internal uint? Number(ushort tag)
    {
        for (int i = 0; i + EntryLength <= _entries.Length; i += EntryLength)
        {
            ReadOnlySpan<byte> entry = _entries.Slice(i, EntryLength);
            if (UInt16(entry, _littleEndian) == tag)
                return Largest(entry);
        }
        return null;
    }

    private uint? Largest(ReadOnlySpan<byte> entry)
    {
        int size = UInt16(entry[2..], _littleEndian) switch { Short => 2, Long => 4, _ => 0 };
        long length = UInt32(entry[4..], _littleEndian) * (long)size;
        ReadOnlySpan<byte> values = entry[8..];
        if (length > 4)
        {
            uint offset = UInt32(values, _littleEndian);
            values = offset + length <= _bytes.Length ? _bytes.Slice((int)offset, (int)length) : default;
        }
        uint? largest = null;
        for (int i = 0; i < length && i + size <= values.Length; i += size)
            largest = Math.Max(largest ?? 0, size == 2 ? UInt16(values[i..], _littleEndian) : UInt32(values[i..], _littleEndian));
        return largest;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
