using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace MLTransfer.Files;

/// <summary>The directory of a zip file (.ZIP File Format Specification 6.3.10, 4.3.12), with everything in it checked.</summary>
internal static class ZipDirectory
{
    private const int RecordSize = 46, LocalHeaderSize = 30;
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
            : LegacyNames.Of([.. records.Select(record => record.Name)]);
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
        // Many writers of UTF-8 do not set the flag for it, so the bytes decide.
        string name = UnicodeName(extra, nameBytes) ?? (Utf8.IsValid(nameBytes) ? Encoding.UTF8 : legacy).GetString(nameBytes);
        EntryNames.Check(name, errors);
        int method = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if ((record[8] & Encrypted) != 0)
            throw errors.Unreadable($"cannot be read: its zip entry '{name}' is encrypted", "Pack it again without a password.");
        if (method is not (Stored or Deflated))
            throw errors.Unreadable($"cannot be read: its zip entry '{name}' is compressed by method {method}",
                "Pack it again by deflate, the usual one, or without compression.");
        // Sizes that need more than 32 bits are all ones here, and in the extra field, in this order.
        ReadOnlySpan<byte> wide = Field(extra, Zip64Field);
        long length = Size(record, 24, ref wide), stored = Size(record, 20, ref wide), place = Size(record, 42, ref wide);
        if (length < 0 || stored < 0 || place < 0 || (method == Stored && stored != length))
            throw errors.Damaged($"its zip entry '{name}' has an impossible size or place");
        return new ZipEntry(
            name, method == Deflated, BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), stored, length, place,
            place + LocalHeaderSize + nameBytes.Length, IsFile(record, name));
    }

    // What Unix knows of a file stands in the upper half of its attributes: 8 is a file, 10 a link.
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

    /// <summary>The name in UTF-8 beside one in another code page, which holds as long as that one was not changed (4.6.9).</summary>
    private static string? UnicodeName(ReadOnlySpan<byte> extra, byte[] name)
    {
        ReadOnlySpan<byte> field = Field(extra, UnicodePathField);
        if (field.Length <= UnicodePathHead || field[0] != 1)
            return null;
        var checksum = new Crc32();
        checksum.Add(name);
        ReadOnlySpan<byte> unicode = field[UnicodePathHead..];
        return BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == checksum.Value && Utf8.IsValid(unicode)
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

    /// <summary>Where a record of the directory starts, the name in it, and where its extra fields are.</summary>
    private readonly record struct Record(int Start, byte[] Name, Range Extra);

    // Entries that share bytes are how a small file says that it has large ones.
    private static void CheckPlaces(IEnumerable<ZipEntry> entries, long room, FileErrors errors)
    {
        Int128 end = 0;
        foreach (ZipEntry entry in entries.OrderBy(entry => entry.Place))
        {
            if (entry.Place < end)
                throw errors.Damaged($"its zip entry '{entry.Name}' shares bytes with another");
            end = (Int128)entry.Body + entry.StoredLength;
            if (end > room)
                throw errors.CutShort($"its zip entry '{entry.Name}' reaches {end - room} bytes into the directory, or behind it");
        }
    }
}
