using System.Formats.Tar;
using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>The base of zip and tar archives.</summary>
internal abstract class ArchiveImages : ContainedImages
{
    /// <summary>Whether an entry is an image, by its extension; hidden ones are not.</summary>
    protected static bool IsImage(string name) => ImageFiles.IsImage(name) && !EntryNames.IsHidden(name);

    /// <summary>The warning about entries that are named like images but are links or devices.</summary>
    protected static string[] WarnAboutLinks(int links) =>
        links == 0 ? [] : [$"{links:N0} {(links == 1 ? "entry is a link or a device" : "entries are links or devices")} and left out."];
}

/// <summary>The images of a zip archive.</summary>
internal sealed class ZipImages : ArchiveImages
{
    // Room for a last, incomplete byte.
    private const int Slack = 1 << 16;
    private readonly ZipEntries _entries;
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);
    private readonly ContainerErrors _errors;

    public ZipImages(FileStream file, ContainerErrors errors)
    {
        ByteSource source = new(file, errors);
        _errors = errors;
        _entries = new ZipEntries(source, new ReadBudget(source.Length, errors), errors);
        int links = 0;
        List<string> others = [];
        foreach (ZipEntry entry in _entries.Entries)
        {
            if (!IsImage(entry.Name))
                others.AddRange(entry.IsFile ? [entry.Name] : []);
            else if (entry.IsFile)
                _lengths.Add(entry.Name, IsPossible(entry) ? entry.Length : -entry.Length);
            else
                links++;
        }
        Names = [.. _lengths.Keys];
        Others = others;
        Warnings = WarnAboutLinks(links);
    }

    public override string Format => "zip archive";

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<string> Others { get; }

    public override IReadOnlyList<string> Warnings { get; }

    private static bool IsPossible(ZipEntry entry) => entry.Length <= (entry.StoredLength * ZipDirectory.LargestRatio) + Slack;

    public override long Length(string name) => _lengths.GetValueOrDefault(name, -1) switch
    {
        < -1 and var declared => throw _errors.Refused(
            $"its entry '{name}' says that it has {-declared:N0} bytes, more than its compressed bytes can hold"),
        var length => length,
    };

    public override void Read(string name, Span<byte> target) => _entries.Read(name, target);
}

/// <summary>The images of a tar archive; its headers are read once, from start to end.</summary>
internal sealed class TarImages : ArchiveImages
{
    private const int HeaderBuffer = 1 << 12;
    private readonly Dictionary<string, (long Place, long Length)> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _others = [];
    private readonly ByteSource _source;

    public TarImages(FileStream file, ContainerErrors errors)
    {
        _source = new ByteSource(file, errors);
        Warnings = WarnAboutLinks(Index(file, errors));
        Names = [.. _entries.Keys];
    }

    public override string Format => "tar archive";

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<string> Others => _others;

    public override IReadOnlyList<string> Warnings { get; }

    public override long Length(string name) => _entries.TryGetValue(name, out var entry) ? entry.Length : -1;

    public override void Read(string name, Span<byte> target) => _source.Read(_entries[name].Place, target);

    /// <returns>How many entries named like images are links or devices.</returns>
    private int Index(FileStream file, ContainerErrors errors)
    {
        List<Entry> entries = [];
        // Not disposed: that would close the file.
        BufferedStream buffered = new(file, HeaderBuffer);
        using TarReader reader = new(buffered, leaveOpen: true);
        while (Next(reader, errors) is { } entry)
        {
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
            byte[]? stored = TarNames.Find(_source, entry.Name, entry.DataOffset);
            entries.Add(new Entry(entry.Name, stored, isFile, entry.DataOffset, entry.Length));
        }
        byte[][] lost = [.. entries.Select(entry => entry.Stored).OfType<byte[]>()];
        Encoding legacy = lost.Length > 0 ? LegacyNames.FindEncoding(lost) : Encoding.UTF8;
        return entries.Count(entry => !Take(entry, entry.Stored is { } stored ? legacy.GetString(stored) : entry.Name, errors));
    }

    /// <returns>False for an entry that is named like an image but is a link or a device.</returns>
    private bool Take(Entry entry, string name, ContainerErrors errors)
    {
        if (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        if (entry.IsFile)
            EntryNames.Check(name, errors);
        if (!IsImage(name))
        {
            _others.AddRange(entry.IsFile ? [name] : []);
            return true;
        }
        if (!entry.IsFile)
            return false;
        if (entry.Place < 0 || entry.Length > _source.Length - entry.Place)
            throw errors.CutShort($"its entry '{name}' has {entry.Length:N0} bytes, and the file ends before");
        // Of two entries with one name the last counts, as when unpacking.
        _entries[name] = (entry.Place, entry.Length);
        return true;
    }

    /// <summary>An entry whose name is not decoded yet: the encoding depends on the names of all.</summary>
    private readonly record struct Entry(string Name, byte[]? Stored, bool IsFile, long Place, long Length);

    private static TarEntry? Next(TarReader reader, ContainerErrors errors)
    {
        try
        {
            return reader.GetNextEntry(copyData: false);
        }
        // TarReader reports an oversized header as ArgumentException.
        catch (Exception exception) when (
            exception is IOException or InvalidOperationException or InvalidDataException or FormatException or OverflowException
                or ArgumentException)
        {
            throw errors.Damaged($"its headers cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }
}

/// <summary>
/// Finds names of tar entries that are not UTF-8, which <see cref="TarReader"/> does not preserve, in the raw headers.
/// </summary>
internal static class TarNames
{
    private const int Block = 512, NameLength = 100, PrefixAt = 345, PrefixLength = 155, KindAt = 156, MostLongBlocks = 8;
    private const char Lost = '\uFFFD';

    /// <summary>The bytes of a name; null where nothing was lost, or where they are not found.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="name">The name as TarReader decoded it.</param>
    /// <param name="data">The offset of the entry's bytes, directly after its header.</param>
    public static byte[]? Find(ByteSource source, string name, long data)
    {
        if (!name.Contains(Lost, StringComparison.Ordinal) || data < Block)
            return null;
        byte[] header = Read(source, data - Block, Block);
        byte[] own = Terminated(header.AsSpan(0, NameLength));
        byte[][] stored = [own, [.. Terminated(header.AsSpan(PrefixAt, PrefixLength)), (byte)'/', .. own], LongName(source, data - Block)];
        return stored.FirstOrDefault(bytes => Encoding.UTF8.GetString(bytes) == name);
    }

    /// <summary>The long name that GNU tar writes as a separate entry before this one.</summary>
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

/// <summary>Reads an archive by the rules of an image folder: its folders are classes, or train, val and test with classes below.</summary>
internal static class ArchiveDataset
{
    public static ImageDataset Read(string path, ContainedImages container)
    {
        string[][] parts = [.. container.Names.Select(EntryNames.Split)];
        int depth = SharedFolders(parts);
        var folders = parts.Where(part => part.Length > depth + 1).GroupBy(part => part[depth], StringComparer.Ordinal);
        IReadOnlyList<string> splits = SplitFolders.Find(
            [.. folders.Select(folder =>
                new SplitFolders.Folder(folder.Key, folder.Any(part => part.Length > depth + 2), HasImages: true))]);
        List<ImageRow> rows = [];
        LeftOutList leftOut = new();
        foreach ((string name, string[] part) in container.Names.Zip(parts))
        {
            string[] below = part[depth..];
            bool hasSplits = splits.Count > 0;
            // As in a folder, an image outside the class folders belongs to no class.
            if (below.Length < (hasSplits ? 3 : 2) || (hasSplits && !splits.Contains(below[0], StringComparer.Ordinal)))
            {
                leftOut.Add(LeftOutKind.Stray, name);
                continue;
            }
            string label = Spelling.ToComposed(below[hasSplits ? 1 : 0]);
            rows.Add(new ImageRow(ContainerPath.Join(path, name), label, hasSplits ? SplitNames.Normalize(below[0]) : null));
        }
        if (rows.Count == 0)
            throw NoFolders(path, container);
        foreach (string name in container.Others)
            leftOut.Add(EntryNames.IsHidden(name) ? LeftOutKind.Hidden : LeftOutKind.Format, name);
        string[] warnings = [.. container.Warnings.Select(warning => $"In '{path}', {warning}")];
        return new ImageDataset(path, container.Format, Ordered(rows), classes: null, warnings, leftOut.ToList());
    }

    private static InvalidDataException NoFolders(string path, ContainedImages container)
    {
        string loose = container.Names.Count > 0 ? $", only {container.Names.Count:N0} images without a folder" : "";
        return new InvalidDataException(
            $"'{path}' ({container.Format}) has no folders of images{loose}. In it, one folder of images per class is expected, such "
            + "as 'ants/1.jpg' and 'bees/2.jpg'.");
    }

    private static ImageRow[] Ordered(IEnumerable<ImageRow> rows) =>
    [
        .. rows.OrderBy(row => row.Split, StringComparer.Ordinal).ThenBy(row => row.Label, StringComparer.Ordinal)
            .ThenBy(row => row.ImagePath, StringComparer.Ordinal),
    ];

    // Archives often contain one folder with everything in it.
    private static int SharedFolders(string[][] parts)
    {
        int depth = 0;
        while (parts.Length > 0 && parts.All(part => part.Length > depth + 2 && part[depth] == parts[0][depth]))
            depth++;
        return depth;
    }
}
