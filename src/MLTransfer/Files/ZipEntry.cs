namespace MLTransfer.Files;

/// <summary>One entry as the directory of a zip file describes it, with every number checked against the file.</summary>
/// <param name="Name">The name, with <c>/</c> between folders.</param>
/// <param name="IsDeflated">Whether the bytes are compressed; stored as they are otherwise.</param>
/// <param name="Checksum">The CRC-32 of the bytes.</param>
/// <param name="StoredLength">How many bytes lie in the file.</param>
/// <param name="Length">How many bytes there are once decompressed.</param>
/// <param name="Place">Where the entry's own header starts.</param>
/// <param name="Body">Where the bytes start at the earliest: behind the header and the name.</param>
/// <param name="IsFile">Whether it is a file; a folder, a link or a device otherwise.</param>
internal sealed record ZipEntry(
    string Name, bool IsDeflated, uint Checksum, long StoredLength, long Length, long Place, long Body, bool IsFile);
