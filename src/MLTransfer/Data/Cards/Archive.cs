using System.Formats.Tar;
using System.IO.Compression;

namespace MLTransfer.Data.Cards;

/// <summary>Reads the entries of zip and tar archives in their order.</summary>
internal static class Archive
{
    // What Unix writes into the upper half of a zip entry's attributes.
    private const int KindOfFile = 0xF000, RegularFile = 0x8000, Folder = 0x4000;

    /// <summary>Whether a file is an archive, by its name: others are used as they are.</summary>
    public static bool Is(string name) => IsZip(name) || IsTar(name);

    /// <summary>Opens an archive and hands over its entries one by one.</summary>
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
