using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace MLTransfer.Files;

/// <summary>The entries of a zip file, read into memory by name; nothing is ever extracted.</summary>
internal sealed class ZipEntries(ByteSource source, ReadBudget budget, FileErrors errors)
{
    // Small enough that the checksum finds the bytes just read still in the processor's cache.
    private const int Chunk = 1 << 18;
    private readonly Dictionary<string, ZipEntry> _entries = ZipDirectory.Read(source, budget, errors);

    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>The entries in the order of the directory.</summary>
    public IEnumerable<ZipEntry> Entries => _entries.Values;

    /// <summary>Length of an entry as the directory declares it; -1 where there is no entry of that name.</summary>
    public long Length(string name) => _entries.TryGetValue(name, out ZipEntry? entry) ? entry.Length : -1;

    /// <summary>Reads an entry that exists and verifies its checksum.</summary>
    public byte[] Read(string name)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(budget.Take(_entries[name].Length, $"its entry '{name}'"));
        Read(name, bytes);
        return bytes;
    }

    /// <summary>Reads an entry that exists into memory of its length, and verifies its checksum.</summary>
    public void Read(string name, Span<byte> bytes)
    {
        ZipEntry entry = _entries[name];
        var checksum = new Crc32();
        if (entry.IsDeflated)
        {
            Inflate(entry, bytes);
            checksum.Append(bytes);
        }
        else
        {
            Copy(Start(entry), bytes, checksum);
        }
        if (checksum.GetCurrentHashAsUInt32() != entry.Checksum)
            throw errors.Damaged($"its entry '{name}' does not agree with its checksum");
    }

    private void Copy(long start, Span<byte> bytes, Crc32 checksum)
    {
        for (int at = 0; at < bytes.Length; at += Chunk)
        {
            Span<byte> chunk = bytes.Slice(at, Math.Min(Chunk, bytes.Length - at));
            source.Read(start + at, chunk);
            checksum.Append(chunk);
        }
    }

    // The header before an entry repeats what the directory says; only its lengths are needed, to skip it.
    private long Start(ZipEntry entry)
    {
        Span<byte> header = stackalloc byte[ZipDirectory.LocalHeaderSize];
        source.Read(entry.Place, header);
        long start = entry.Place + ZipDirectory.LocalHeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (!header.StartsWith("PK\x03\x04"u8) || start > source.Length - entry.StoredLength)
            throw errors.Damaged($"its entry '{entry.Name}' is not where its directory says");
        return start;
    }

    private void Inflate(ZipEntry entry, Span<byte> bytes)
    {
        try
        {
            using var inflated = new DeflateStream(new SourceStream(source, Start(entry), entry.StoredLength), CompressionMode.Decompress);
            inflated.ReadExactly(bytes);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw errors.Damaged($"its entry '{entry.Name}' cannot be decompressed ({exception.Message})", exception);
        }
    }
}
