using System.Formats.Tar;
using MLTransfer.Reading;

namespace MLTransfer.Data.Containers;

/// <summary>The pictures of a tar archive; its headers are read once, from front to back.</summary>
internal sealed class TarPictures : PictureContainer
{
    private const int HeaderBuffer = 1 << 12;
    private readonly Dictionary<string, (long Place, long Length)> _entries = new(StringComparer.Ordinal);
    private readonly ByteSource _source;

    public TarPictures(FileStream file, ContainerErrors errors)
    {
        _source = new ByteSource(file, errors);
        Warnings = ArchiveNames.Odd(Index(file, errors));
        Names = [.. _entries.Keys];
    }

    public override string Format => "tar archive";

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<string> Warnings { get; }

    public override long Length(string name) => _entries.TryGetValue(name, out var entry) ? entry.Length : -1;

    public override void Read(string name, Span<byte> target) => _source.Read(_entries[name].Place, target);

    /// <returns>How many pictures are left out since they are no files.</returns>
    private int Index(FileStream file, ContainerErrors errors)
    {
        int odd = 0;
        // Not disposed, since it would close the file.
        BufferedStream buffered = new(file, HeaderBuffer);
        using TarReader reader = new(buffered, leaveOpen: true);
        while (Next(reader, errors) is { } entry)
        {
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
            if (isFile)
                EntryNames.Check(name, errors);
            if (!ArchiveNames.IsPicture(name))
                continue;
            if (!isFile)
            {
                odd++;
                continue;
            }
            if (entry.DataOffset < 0 || entry.Length > _source.Length - entry.DataOffset)
                throw errors.CutShort($"its entry '{name}' has {entry.Length:N0} bytes, and the file ends before");
            // Of two entries with one name, unpacking leaves the last.
            _entries[name] = (entry.DataOffset, entry.Length);
        }
        return odd;
    }

    private static TarEntry? Next(TarReader reader, ContainerErrors errors)
    {
        try
        {
            return reader.GetNextEntry(copyData: false);
        }
        // Of a header that is too long, TarReader says so as if it had been used wrongly.
        catch (Exception exception) when (exception is IOException or InvalidOperationException or InvalidDataException or FormatException or OverflowException or ArgumentException)
        {
            throw errors.Damaged($"its headers cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }
}
