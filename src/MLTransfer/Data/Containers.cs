using System.IO.Compression;

namespace MLTransfer.Data;

/// <summary>Opens files that hold many images; their content tells what they are, not their extension.</summary>
internal static class Containers
{
    // Where a tar file says that it is one.
    private const int TarMark = 257;
    private const int HeadLength = 512;

    /// <summary>Opens a file; null where it holds no images.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or packed in a way that cannot be read in place.</exception>
    public static ContainedImages? TryOpen(string path)
    {
        ContainerErrors errors = new(path);
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        ContainedImages? opened = null;
        try
        {
            return opened = Open(path, file, errors);
        }
        finally
        {
            if (opened is null)
                file.Dispose();
        }
    }

    private static ContainedImages? Open(string path, FileStream file, ContainerErrors errors)
    {
        byte[] head = Head(file);
        file.Position = 0;
        if (head.AsSpan().StartsWith("PK\x03\x04"u8) || head.AsSpan().StartsWith("PK\x05\x06"u8))
            return new ZipImages(file, errors);
        if (IsTar(head) || (head.Length == HeadLength && path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase)))
            return new TarImages(file, errors);
        if (head is [0x1f, 0x8b, ..])
            return OpenGzip(path, file, errors);
        if (IdxFile.LooksLike(head))
            return IdxImages.Open(path, file, isCompressed: false, errors);
        if (CifarPickle.LooksLike(head))
            return CifarPickle.Open(file, errors);
        return CifarBinary.LooksLike(path, file.Length) ? CifarBinary.Open(path, file, errors) : null;
    }

    private static IdxImages OpenGzip(string path, FileStream file, ContainerErrors errors)
    {
        byte[] inner = [];
        try
        {
            using GZipStream unzipped = new(file, CompressionMode.Decompress, leaveOpen: true);
            inner = Head(unzipped);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw errors.Damaged($"it cannot be decompressed ({exception.Message})", exception);
        }
        file.Position = 0;
        if (IdxFile.LooksLike(inner))
            return IdxImages.Open(path, file, isCompressed: true, errors);
        throw IsTar(inner)
            ? errors.Unreadable("is a compressed tar archive, in which no image can be reached without decompressing all before it",
            "Decompress it once, with 'gzip -d', and give the .tar.")
            : errors.Unreadable("is compressed, but neither an IDX file nor a tar archive", "Decompress it, with 'gzip -d'.");
    }

    private static bool IsTar(ReadOnlySpan<byte> head) => head.Length > TarMark && head[TarMark..].StartsWith("ustar"u8);

    private static byte[] Head(Stream stream)
    {
        byte[] head = new byte[HeadLength];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
