using System.Buffers.Binary;

namespace MLTransfer.Reading.Zip;

/// <summary>The end of a zip file, which says where its directory is (.ZIP File Format Specification 6.3.10, 4.3.14 to 4.3.16).</summary>
/// <param name="Count">How many entries.</param>
/// <param name="Length">How many bytes the directory has.</param>
/// <param name="Place">Where it starts; <see cref="Place"/> + <see cref="Length"/> lies within the file.</param>
internal sealed record ZipDirectoryEnd(long Count, long Length, long Place)
{
    private const int Size = 22, LocatorSize = 20, Size64 = 56, LongestComment = ushort.MaxValue;

    // How many bytes behind the end are skipped, as of a download that something was added to.
    private const int LongestTrail = 1 << 20;

    private static ReadOnlySpan<byte> Mark => "PK\x05\x06"u8;

    /// <exception cref="Exception">There is none, as when a file is cut short, or it says what cannot be.</exception>
    public static ZipDirectoryEnd Find(ByteSource source, FileErrors errors)
    {
        byte[] tail = new byte[Math.Min(source.Length, LocatorSize + Size + LongestComment)];
        source.Read(source.Length - tail.Length, tail);
        for (int at = Last(tail, tail.Length); at >= 0; at = Last(tail, at))
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - Size)
                return Checked(Read(end, tail.AsSpan(0, at), source, errors), source.Length - end.Length, errors);
        }
        return BeforeTrail(source, errors) ?? throw errors.CutShort("the directory at the end of a zip file is not there");
    }

    /// <summary>The last end that has its directory right before it; null where there is none.</summary>
    private static ZipDirectoryEnd? BeforeTrail(ByteSource source, FileErrors errors)
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
            ZipDirectoryEnd found = Checked(Read(end, before, source, errors), start + at, errors);
            if (is64 || found.Place + found.Length == start + at)
                return found;
        }
        return null;
    }

    /// <summary>
    /// Where the last end begins that has room before the end of the file and begins before a place; -1 where there is none.
    /// </summary>
    private static int Last(ReadOnlySpan<byte> tail, int before)
    {
        int last = Math.Min(tail.Length - Size, before - 1);
        return last < 0 ? -1 : tail[..(last + Mark.Length)].LastIndexOf(Mark);
    }

    private static ZipDirectoryEnd Read(ReadOnlySpan<byte> end, ReadOnlySpan<byte> before, ByteSource source, FileErrors errors)
    {
        if (before.Length < LocatorSize || !before[^LocatorSize..].StartsWith("PK\x06\x07"u8))
        {
            return new(BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), BinaryPrimitives.ReadUInt32LittleEndian(end[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(end[16..]));
        }
        long place = BinaryPrimitives.ReadInt64LittleEndian(before[^12..]);
        Span<byte> end64 = stackalloc byte[Size64];
        if (place < 0 || place > source.Length - Size64)
            throw errors.Damaged("the end of its zip directory lies outside it");
        source.Read(place, end64);
        if (!end64.StartsWith("PK\x06\x06"u8))
            throw errors.Damaged("the end of its zip directory is not where it should be");
        return new(BinaryPrimitives.ReadInt64LittleEndian(end64[32..]), BinaryPrimitives.ReadInt64LittleEndian(end64[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(end64[48..]));
    }

    private static ZipDirectoryEnd Checked(ZipDirectoryEnd end, long room, FileErrors errors) =>
        end is { Count: >= 0, Length: >= 0, Place: >= 0 } && end.Place <= room && end.Length <= room - end.Place
            ? end
            : throw errors.Damaged("its zip directory lies outside it");
}
