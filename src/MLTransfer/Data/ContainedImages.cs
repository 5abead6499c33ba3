using System.Globalization;
using System.IO.Compression;
using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// A file of many images, which are read in place; several threads may read at once. It has no owner: each of its images keeps it open,
/// and the file is closed when the last of them is collected.
/// </summary>
internal abstract class ContainedImages
{
    /// <summary>The name of the format.</summary>
    public abstract string Format { get; }

    /// <summary>The names of the images, in the order of the file.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>The names of its other files, which are not read.</summary>
    public virtual IReadOnlyList<string> Others => [];

    /// <summary>Warnings about the file, in sentences.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>The number of bytes that <see cref="Read"/> returns for an image; -1 where there is none of that name.</summary>
    /// <exception cref="InvalidDataException">The declared length is impossible.</exception>
    public abstract long Length(string name);

    /// <summary>Reads an image that exists into memory of its length.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public abstract void Read(string name, Span<byte> target);
}

/// <summary>
/// Images of one size that are stored as pixels and named by their index, from 0 on. They are read as interleaved RGB.
/// </summary>
internal abstract class RasterContainer(int count, int width, int height) : ContainedImages
{
    public int Count => count;

    public int Width => width;

    public int Height => height;

    public override IReadOnlyList<string> Names { get; } =
        [.. Enumerable.Range(0, count).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    public override long Length(string name) => Index(name) < 0 ? -1 : width * height * 3L;

    public override void Read(string name, Span<byte> target) => Read(Index(name), target);

    protected abstract void Read(int index, Span<byte> target);

    private int Index(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count ? index : -1;
}

/// <summary>Opens files of many images; their content decides, not their extension.</summary>
internal static class Containers
{
    // The offset of the magic number of a tar file.
    private const int TarMark = 257;
    private const int HeadLength = 512;

    /// <summary>Opens a file; null where it contains no images.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or compressed in a way that cannot be read in place.</exception>
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

/// <summary>The errors of a file of many images.</summary>
internal sealed class ContainerErrors(string file) : FileErrors
{
    private const int LongestReason = 500;
    private const string CopyAgain = "Copy or download it again.";

    public override InvalidDataException Damaged(string reason, Exception? cause = null) => New($"is damaged: {reason}", CopyAgain, cause);

    public override InvalidDataException CutShort(string reason, Exception? cause = null) =>
        New($"is cut short: {reason}", CopyAgain, cause);

    public override InvalidDataException Refused(string reason) =>
        New($"is refused: {reason}", "Images are not packed like that; do not trust the file.");

    public override InvalidDataException AsksFor(string global) =>
        New($"asks for '{global}', which images do not need: it is refused, and nothing of it was run", "Do not trust the file.");

    public override InvalidDataException Instruction(byte code, long position) =>
        New($"holds the pickle instruction 0x{code:x2} at byte {position}, which images do not need",
            "Save it again in Python, with pickle protocol 2.");

    public override InvalidDataException Unreadable(string reason, string remedy) => New(reason, remedy);

    private InvalidDataException New(string reason, string remedy, Exception? cause = null) =>
        new($"'{file}' {Printable.Sanitize(reason, LongestReason)}. {remedy}", cause);
}
