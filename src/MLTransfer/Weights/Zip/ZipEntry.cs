namespace MLTransfer.Weights.Zip;

/// <summary>One entry as the directory of a zip file describes it, with every number checked against the file.</summary>
/// <param name="Name">The name, with <c>/</c> between folders.</param>
/// <param name="IsDeflated">Whether the bytes are compressed; stored as they are otherwise.</param>
/// <param name="Checksum">The CRC-32 of the bytes.</param>
/// <param name="StoredLength">How many bytes lie in the file.</param>
/// <param name="Length">How many bytes there are once decompressed.</param>
/// <param name="Place">Where the entry's own header starts.</param>
internal sealed record ZipEntry(string Name, bool IsDeflated, uint Checksum, long StoredLength, long Length, long Place);
