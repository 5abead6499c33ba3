namespace MLTransfer.Data.Cards;

/// <summary>An entry of an archive, to be used before the next one is asked for.</summary>
/// <param name="Name">Its name, which is not to be trusted.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">The bytes that it says it has.</param>
/// <param name="Open">Opens its content; only for files.</param>
internal sealed record ArchiveEntry(string Name, EntryKind Kind, long Length, Func<Stream> Open);

/// <summary>What an entry is.</summary>
internal enum EntryKind
{
    File,
    Folder,

    /// <summary>A link, a device, a pipe: nothing that a data set needs.</summary>
    Other,
}
