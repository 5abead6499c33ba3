using System.Buffers.Binary;

namespace MLTransfer.Files;

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

    /// <summary>The last end that has its directory right before it; null where there is none.</summary>
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
    /// Where the last end begins that has room before the end of the file and begins before a place; -1 where there is none.
    /// </summary>
    private static int Last(ReadOnlySpan<byte> tail, int before)
    {
        int last = Math.Min(tail.Length - Size, before - 1);
        return last < 0 ? -1 : tail[..(last + Mark.Length)].LastIndexOf(Mark);
    }

    /// <summary>
    /// Null where the end says what cannot be, as when the bytes behind a file happen to hold its mark: an earlier one may be true. The
    /// first
    /// such fault is kept.
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
