using System.Formats.Tar;
using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>The images of a tar archive; its headers are read once, from front to back.</summary>
internal sealed class TarImages : ContainedImages
{
    private const int HeaderBuffer = 1 << 12;
    private readonly Dictionary<string, (long Place, long Length)> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _others = [];
    private readonly ByteSource _source;

    public TarImages(FileStream file, ContainerErrors errors)
    {
        _source = new ByteSource(file, errors);
        Warnings = ArchiveNames.Odd(Index(file, errors));
        Names = [.. _entries.Keys];
    }

    public override string Format => "tar archive";

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<string> Others => _others;

    public override IReadOnlyList<string> Warnings { get; }

    public override long Length(string name) => _entries.TryGetValue(name, out var entry) ? entry.Length : -1;

    public override void Read(string name, Span<byte> target) => _source.Read(_entries[name].Place, target);

    /// <returns>How many images are left out since they are no files.</returns>
    private int Index(FileStream file, ContainerErrors errors)
    {
        List<Entry> entries = [];
        // Not disposed, since it would close the file.
        BufferedStream buffered = new(file, HeaderBuffer);
        using TarReader reader = new(buffered, leaveOpen: true);
        while (Next(reader, errors) is { } entry)
        {
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
            entries.Add(new Entry(entry.Name, TarNames.Stored(_source, entry.Name, entry.DataOffset), isFile, entry.DataOffset,
                entry.Length));
        }
        byte[][] lost = [.. entries.Select(entry => entry.Stored).OfType<byte[]>()];
        Encoding legacy = lost.Length > 0 ? LegacyNames.FindEncoding(lost) : Encoding.UTF8;
        return entries.Count(entry => !Take(entry, entry.Stored is { } stored ? legacy.GetString(stored) : entry.Name, errors));
    }

    /// <returns>Whether it is not left out although it is called like an image.</returns>
    private bool Take(Entry entry, string name, ContainerErrors errors)
    {
        if (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        if (entry.IsFile)
            EntryNames.Check(name, errors);
        if (!ArchiveNames.IsImage(name))
        {
            _others.AddRange(entry.IsFile ? [name] : []);
            return true;
        }
        if (!entry.IsFile)
            return false;
        if (entry.Place < 0 || entry.Length > _source.Length - entry.Place)
            throw errors.CutShort($"its entry '{name}' has {entry.Length:N0} bytes, and the file ends before");
        // Of two entries with one name, unpacking leaves the last.
        _entries[name] = (entry.Place, entry.Length);
        return true;
    }

    /// <summary>What is needed of an entry until all names are known.</summary>
    private readonly record struct Entry(string Name, byte[]? Stored, bool IsFile, long Place, long Length);

    private static TarEntry? Next(TarReader reader, ContainerErrors errors)
    {
        try
        {
            return reader.GetNextEntry(copyData: false);
        }
        // Of a header that is too long, TarReader says so as if it had been used wrongly.
        catch (Exception exception) when (
            exception is IOException or InvalidOperationException or InvalidDataException or FormatException or OverflowException
            or ArgumentException)
        {
            throw errors.Damaged($"its headers cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }
}
