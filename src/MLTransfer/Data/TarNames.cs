using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// Names of tar entries that are no UTF-8, of which <see cref="System.Formats.Tar.TarReader"/> loses bytes: read again from the headers.
/// </summary>
internal static class TarNames
{
    private const int Block = 512, NameLength = 100, PrefixAt = 345, PrefixLength = 155, KindAt = 156, MostLongBlocks = 8;
    private const char Lost = '\uFFFD';

    /// <summary>The name as it is stored; null where nothing of it is lost, or where it is not found.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="name">The name as it was read.</param>
    /// <param name="data">Where the entry's bytes begin, right behind its header.</param>
    public static byte[]? Stored(ByteSource source, string name, long data)
    {
        if (!name.Contains(Lost, StringComparison.Ordinal) || data < Block)
            return null;
        byte[] header = Read(source, data - Block, Block);
        byte[] own = Terminated(header.AsSpan(0, NameLength));
        byte[][] stored = [own, [.. Terminated(header.AsSpan(PrefixAt, PrefixLength)), (byte)'/', .. own], LongName(source, data - Block)];
        return stored.FirstOrDefault(bytes => Encoding.UTF8.GetString(bytes) == name);
    }

    /// <summary>The name that GNU tar writes as an entry of its own before the entry.</summary>
    private static byte[] LongName(ByteSource source, long header)
    {
        for (int blocks = 1; blocks <= MostLongBlocks && header >= (blocks + 1L) * Block; blocks++)
        {
            if (Read(source, header - ((blocks + 1L) * Block), Block)[KindAt] == 'L')
                return Terminated(Read(source, header - ((long)blocks * Block), blocks * Block));
        }
        return [];
    }

    private static byte[] Read(ByteSource source, long place, int length)
    {
        byte[] bytes = new byte[length];
        source.Read(place, bytes);
        return bytes;
    }

    private static byte[] Terminated(ReadOnlySpan<byte> field) =>
        field[..(field.IndexOf((byte)0) is >= 0 and var end ? end : field.Length)].ToArray();
}
