using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;

namespace MLTransfer.Files;

/// <summary>The directory of a zip file (.ZIP File Format Specification 6.3.10, 4.3.12), with everything in it checked.</summary>
internal static class ZipDirectory
{
    internal const int LocalHeaderSize = 30;

    /// <summary>The largest ratio of deflate (https://zlib.net/zlib_tech.html).</summary>
    internal const int LargestRatio = 1032;

    private const int RecordSize = 46;
    private const int UnicodePathHead = 5;
    private const ushort Zip64Field = 1, UnicodePathField = 0x7075;
    private const int Encrypted = 1, Stored = 0, Deflated = 8, Unix = 3;

    /// <summary>The entries by name.</summary>
    /// <exception cref="Exception">The directory is broken, two entries share a name or bytes, or a name points out of the
    /// archive.</exception>
    public static Dictionary<string, ZipEntry> Read(ByteSource source, ReadBudget budget, FileErrors errors)
    {
        ZipDirectoryEnd end = ZipDirectoryEnd.Find(source, errors);
        byte[] directory = new byte[budget.Take(end.Length, "its zip directory")];
        source.Read(end.Place, directory);
        List<Record> records = Records(directory, end.Count, errors);
        Encoding legacy = records.TrueForAll(record => Utf8.IsValid(record.Name))
            ? Encoding.UTF8
            : LegacyNames.FindEncoding([.. records.Select(record => record.Name)]);
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        foreach (Record record in records)
        {
            ZipEntry entry = ReadEntry(directory.AsSpan(record.Start, RecordSize), record.Name, directory.AsSpan(record.Extra), legacy,
                errors);
            if (!entries.TryAdd(entry.Name, entry))
                throw errors.Damaged($"it has two entries '{entry.Name}'");
        }
        CheckPlaces(entries.Values, end.Place, errors);
        return entries;
    }

    private static List<Record> Records(byte[] directory, long count, FileErrors errors)
    {
        List<Record> records = [];
        for (int start = 0; records.Count < count;)
        {
            ReadOnlySpan<byte> rest = directory.AsSpan(start);
            if (rest.Length < RecordSize || !rest.StartsWith("PK\x01\x02"u8))
                throw errors.Damaged($"its zip directory breaks off after {records.Count} of {count} entries");
            int extra = RecordSize + BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
            int comment = extra + BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
            int next = comment + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
            if (next > rest.Length)
                throw errors.Damaged($"its zip directory breaks off after {records.Count} of {count} entries");
            records.Add(new Record(start, rest[RecordSize..extra].ToArray(), (start + extra)..(start + comment)));
            start += next;
        }
        return records;
    }

    private static ZipEntry ReadEntry(ReadOnlySpan<byte> record, byte[] nameBytes, ReadOnlySpan<byte> extra, Encoding legacy,
        FileErrors errors)
    {
        // Many programs write UTF-8 without setting its flag, so the bytes decide.
        string name = UnicodeName(extra, nameBytes) ?? (Utf8.IsValid(nameBytes) ? Encoding.UTF8 : legacy).GetString(nameBytes);
        EntryNames.Check(name, errors);
        int method = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if ((record[8] & Encrypted) != 0)
            throw errors.Unreadable($"cannot be read: its zip entry '{name}' is encrypted", "Pack it again without a password.");
        if (method is not (Stored or Deflated))
            throw errors.Unreadable($"cannot be read: its zip entry '{name}' is compressed by method {method}",
                "Pack it again by deflate, the usual one, or without compression.");
        // Sizes beyond 32 bits are all ones here and follow in the extra field, in this order.
        ReadOnlySpan<byte> wide = Field(extra, Zip64Field);
        long length = Size(record, 24, ref wide), stored = Size(record, 20, ref wide), place = Size(record, 42, ref wide);
        if (length < 0 || stored < 0 || place < 0 || (method == Stored && stored != length))
            throw errors.Damaged($"its zip entry '{name}' has an impossible size or place");
        return new ZipEntry(
            name, method == Deflated, BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), stored, length, place,
            place + LocalHeaderSize + nameBytes.Length, IsFile(record, name));
    }

    // The upper half of the attributes is the Unix mode; its top four bits are the kind: 8 a file, 10 a link.
    private static bool IsFile(ReadOnlySpan<byte> record, string name)
    {
        int kind = record[5] == Unix ? BinaryPrimitives.ReadUInt16LittleEndian(record[40..]) >> 12 : 0;
        return kind is 0 or 8 && !name.EndsWith('/');
    }

    private static long Size(ReadOnlySpan<byte> record, int at, ref ReadOnlySpan<byte> wide)
    {
        uint narrow = BinaryPrimitives.ReadUInt32LittleEndian(record[at..]);
        if (narrow != uint.MaxValue || wide.Length < sizeof(long))
            return narrow;
        long size = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return size;
    }

    /// <summary>The UTF-8 name in an extra field, valid while the checksum of the plain name matches (4.6.9).</summary>
    private static string? UnicodeName(ReadOnlySpan<byte> extra, byte[] name)
    {
        ReadOnlySpan<byte> field = Field(extra, UnicodePathField);
        if (field.Length <= UnicodePathHead || field[0] != 1)
            return null;
        ReadOnlySpan<byte> unicode = field[UnicodePathHead..];
        return BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name) && Utf8.IsValid(unicode)
            ? Encoding.UTF8.GetString(unicode)
            : null;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort kind)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == kind)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    /// <summary>A record of the directory: its start, the name's bytes, and the range of its extra fields.</summary>
    private readonly record struct Record(int Start, byte[] Name, Range Extra);

    // Overlapping entries let a small zip bomb declare huge content.
    private static void CheckPlaces(IEnumerable<ZipEntry> entries, long room, FileErrors errors)
    {
        Int128 end = 0;
        foreach (ZipEntry entry in entries.OrderBy(entry => entry.Place))
        {
            if (entry.Place < end)
                throw errors.Damaged($"its zip entry '{entry.Name}' shares bytes with another");
            end = (Int128)entry.Body + entry.StoredLength;
            if (end > room)
                throw errors.CutShort($"its zip entry '{entry.Name}' reaches {end - room} bytes into the directory, or past it");
        }
    }
}

/// <summary>The end record of a zip file, which locates its directory (.ZIP File Format Specification 6.3.10, 4.3.14 to 4.3.16).</summary>
/// <param name="Count">The number of entries.</param>
/// <param name="Length">The length of the directory in bytes.</param>
/// <param name="Place">The directory's offset; <see cref="Place"/> + <see cref="Length"/> is within the file.</param>
internal sealed record ZipDirectoryEnd(long Count, long Length, long Place)
{
    private const int Size = 22, LocatorSize = 20, Size64 = 56, LongestComment = ushort.MaxValue;

    // At most this many bytes after the end record are ignored, such as what a download appended.
    private const int LongestTrail = 1 << 20;

    private static ReadOnlySpan<byte> Mark => "PK\x05\x06"u8;

    /// <exception cref="Exception">There is none, as when a file is cut short, or it contradicts the file.</exception>
    public static ZipDirectoryEnd Find(ByteSource source, FileErrors errors)
    {
        string? fault = null;
        byte[] tail = new byte[Math.Min(source.Length, LocatorSize + Size + LongestComment)];
        source.Read(source.Length - tail.Length, tail);
        for (int at = Last(tail, tail.Length); at >= 0; at = Last(tail, at))
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - Size
                && TryRead(end, tail.AsSpan(0, at), source, source.Length - end.Length, ref fault) is { } found)
            {
                return found;
            }
        }
        return BeforeTrail(source, ref fault)
            ?? throw (fault is null ? errors.CutShort("the directory at the end of a zip file is not there") : errors.Damaged(fault));
    }

    /// <summary>The last end record that directly follows its directory; null where there is none.</summary>
    private static ZipDirectoryEnd? BeforeTrail(ByteSource source, ref string? fault)
    {
        byte[] tail = new byte[Math.Min(source.Length, LongestTrail)];
        long start = source.Length - tail.Length;
        source.Read(start, tail);
        for (int at = Last(tail, tail.Length); at >= 0; at = Last(tail, at))
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at), before = tail.AsSpan(0, at);
            bool is64 = before.Length >= LocatorSize && before[^LocatorSize..].StartsWith("PK\x06\x07"u8);
            if (BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) > end.Length - Size)
                continue;
            if (TryRead(end, before, source, start + at, ref fault) is { } found && (is64 || found.Place + found.Length == start + at))
                return found;
        }
        return null;
    }

    /// <summary>
    /// The offset of the last end record that starts before a position and fits into the file; -1 where there is none.
    /// </summary>
    private static int Last(ReadOnlySpan<byte> tail, int before)
    {
        int last = Math.Min(tail.Length - Size, before - 1);
        return last < 0 ? -1 : tail[..(last + Mark.Length)].LastIndexOf(Mark);
    }

    /// <summary>
    /// Null where the record contradicts the file, as when trailing bytes happen to contain its mark: an earlier one may be right. The
    /// first such fault is kept.
    /// </summary>
    private static ZipDirectoryEnd? TryRead(
        ReadOnlySpan<byte> end, ReadOnlySpan<byte> before, ByteSource source, long room, ref string? fault)
    {
        ZipDirectoryEnd? read = before.Length < LocatorSize || !before[^LocatorSize..].StartsWith("PK\x06\x07"u8)
            ? new(BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), BinaryPrimitives.ReadUInt32LittleEndian(end[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(end[16..]))
            : TryRead64(BinaryPrimitives.ReadInt64LittleEndian(before[^12..]), source, ref fault);
        if (read is { Count: >= 0, Length: >= 0, Place: >= 0 } && read.Place <= room && read.Length <= room - read.Place)
            return read;
        fault ??= "its zip directory lies outside it";
        return null;
    }

    private static ZipDirectoryEnd? TryRead64(long place, ByteSource source, ref string? fault)
    {
        if (place < 0 || place > source.Length - Size64)
        {
            fault ??= "the end of its zip directory lies outside it";
            return null;
        }
        Span<byte> end64 = stackalloc byte[Size64];
        source.Read(place, end64);
        if (!end64.StartsWith("PK\x06\x06"u8))
        {
            fault ??= "the end of its zip directory is not where it should be";
            return null;
        }
        return new(BinaryPrimitives.ReadInt64LittleEndian(end64[32..]), BinaryPrimitives.ReadInt64LittleEndian(end64[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(end64[48..]));
    }
}

/// <summary>An entry of a zip directory, with every number checked against the file.</summary>
/// <param name="Name">The name, with <c>/</c> between folders.</param>
/// <param name="IsDeflated">Whether the bytes are compressed; stored as they are otherwise.</param>
/// <param name="Checksum">The CRC-32 of the bytes.</param>
/// <param name="StoredLength">The number of bytes in the file.</param>
/// <param name="Length">The number of bytes after decompression.</param>
/// <param name="Place">The offset of the entry's own header.</param>
/// <param name="Body">The earliest offset of the bytes: after the header and the name.</param>
/// <param name="IsFile">Whether it is a file, not a folder, a link or a device.</param>
internal sealed record ZipEntry(
    string Name, bool IsDeflated, uint Checksum, long StoredLength, long Length, long Place, long Body, bool IsFile);
