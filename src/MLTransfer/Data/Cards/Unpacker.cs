using System.Formats.Tar;
using System.IO.Compression;
using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>
/// Unpacks an archive into a new folder that no other process writes to: no entry leaves the folder, links and devices are skipped, and
/// the limits bound what is written.
/// </summary>
internal sealed class Unpacker(string archive, string folder, UnpackLimits limits, Action<long> progress, CancellationToken cancel)
{
    private const int BufferSize = 1 << 17, LongestName = 200;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<string> _skipped = [];
    private int _entries;
    private long _bytes;

    /// <returns>The names of links and devices, which are not unpacked.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged, too large, or would write outside the folder; the message names it
    /// and the entry.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public IReadOnlyList<string> Run()
    {
        string last = "";
        try
        {
            using FileStream stream = File.OpenRead(archive);
            foreach (ArchiveEntry entry in Archive.Read(stream, archive))
            {
                cancel.ThrowIfCancellationRequested();
                last = entry.Name;
                Take(entry);
                progress(stream.Position);
            }
        }
        // TarReader reports an oversized header as ArgumentException.
        catch (Exception exception) when (
            exception is InvalidDataException or InvalidOperationException or EndOfStreamException or FormatException or ArgumentException
                or NotSupportedException or OverflowException)
        {
            string subject = last.Length == 0 ? "it" : $"its entry '{Printable.Sanitize(last, LongestName)}'";
            throw new InvalidDataException(
                $"The archive '{archive}' cannot be unpacked: {subject} {Reason(exception)}. "
                + "Nothing of it is kept. If its checksum is right, its publishers packed it so; tell them.", exception);
        }
        return _skipped;
    }

    private void Take(ArchiveEntry entry)
    {
        if (++_entries > limits.Entries)
            throw new InvalidDataException($"is one of more than {limits.Entries:N0} entries");
        string[] parts = EntryNames.PathParts(entry.Name);
        if (entry.Kind == EntryKind.Other)
            _skipped.Add(Printable.Sanitize(entry.Name, LongestName));
        else if (entry.Kind == EntryKind.Folder || parts.Length == 0)
            Directory.CreateDirectory(Path.Combine([folder, .. parts]));
        else
            Write(entry, Path.Combine([folder, .. parts]));
    }

    private void Write(ArchiveEntry entry, string target)
    {
        CheckSize(_bytes + entry.Length);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Path.Exists(target))
            throw new InvalidDataException("is in it twice");
        using Stream content = entry.Open();
        using FileStream file = new(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int count; (count = content.Read(_buffer)) > 0;)
        {
            // The declared size of an entry need not be true.
            CheckSize(_bytes += count);
            file.Write(_buffer, 0, count);
            cancel.ThrowIfCancellationRequested();
        }
        if (file.Length != entry.Length)
            throw new InvalidDataException($"has {file.Length:N0} bytes but says it has {entry.Length:N0}");
    }

    private void CheckSize(long bytes)
    {
        if (bytes > limits.Bytes)
            throw new InvalidDataException($"would bring more than {limits.Bytes:N0} bytes, far more than expected");
    }

    private static string Reason(Exception exception) => exception is InvalidDataException { InnerException: null }
        ? exception.Message.TrimEnd('.')
        : $"is damaged ({exception.Message.TrimEnd('.')})";
}

/// <summary>The limits of unpacking.</summary>
/// <param name="Entries">The largest number of entries.</param>
/// <param name="Bytes">The largest total size of all files.</param>
internal sealed record UnpackLimits(int Entries, long Bytes)
{
    private const int MostEntries = 5_000_000;
    private const int LargestGrowth = 50;
    private const long Always = 64L << 20;

    /// <summary>The limits for an archive; images hardly compress, and text files by a factor of about ten.</summary>
    public static UnpackLimits For(long archiveBytes) => new(MostEntries, Always + (LargestGrowth * archiveBytes));
}

/// <summary>Reads the entries of zip and tar archives in their order.</summary>
internal static class Archive
{
    // Unix modes, in the upper half of a zip entry's attributes.
    private const int KindOfFile = 0xF000, RegularFile = 0x8000, Folder = 0x4000;

    /// <summary>Whether a file is an archive, by its name.</summary>
    public static bool IsArchive(string name) => IsZip(name) || IsTar(name);

    /// <summary>Opens an archive and returns its entries one by one.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IEnumerable<ArchiveEntry> Read(Stream archive, string name) => IsZip(name) ? ReadZip(archive) : ReadTar(archive, name);

    private static bool IsZip(string name) => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static bool IsTar(string name) => name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) || IsCompressedTar(name);

    private static bool IsCompressedTar(string name) =>
        name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<ArchiveEntry> ReadZip(Stream archive)
    {
        using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        foreach (ZipArchiveEntry entry in zip.Entries)
            yield return new ArchiveEntry(entry.FullName, KindOf(entry), entry.Length, entry.Open);
    }

    private static EntryKind KindOf(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & KindOfFile) switch
    {
        0 or RegularFile => entry.FullName.EndsWith('/') || entry.FullName.EndsWith('\\') ? EntryKind.Folder : EntryKind.File,
        Folder => EntryKind.Folder,
        _ => EntryKind.Other,
    };

    private static IEnumerable<ArchiveEntry> ReadTar(Stream archive, string name)
    {
        using Stream plain = IsCompressedTar(name) ? new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true) : archive;
        using var tar = new TarReader(plain, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType != TarEntryType.GlobalExtendedAttributes)
                yield return new ArchiveEntry(entry.Name, KindOf(entry.EntryType), entry.Length, () => entry.DataStream ?? Stream.Null);
        }
    }

    private static EntryKind KindOf(TarEntryType type) => type switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => EntryKind.File,
        TarEntryType.Directory => EntryKind.Folder,
        _ => EntryKind.Other,
    };
}

/// <summary>An entry of an archive, valid until the next one is read.</summary>
/// <param name="Name">Its name, not yet checked.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Length">Its declared size.</param>
/// <param name="Open">Opens its content; only for files.</param>
internal sealed record ArchiveEntry(string Name, EntryKind Kind, long Length, Func<Stream> Open);

/// <summary>Kinds of entries.</summary>
internal enum EntryKind
{
    File,
    Folder,

    /// <summary>A link, a device or a pipe, which a data set does not need.</summary>
    Other,
}
