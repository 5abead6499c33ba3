using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Reading;

namespace MLTransfer.Imaging;

/// <summary>A picture in a file.</summary>
/// <param name="Path">The file, of a format that <see cref="EncodedPicture"/> names; its content decides, not its extension.</param>
public sealed record FilePicture(string Path) : PictureSource
{
    /// <inheritdoc/>
    public override string Name => Path;

    /// <inheritdoc/>
    public override byte[] ContentHash()
    {
        try
        {
            using FileStream stream = new(UnixNames.OpenRead(Path), FileAccess.Read, bufferSize: 0);
            return SHA256.HashData(stream);
        }
        catch (Exception exception) when (IsAboutTheFile(exception))
        {
            throw Unreadable(exception);
        }
    }

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null)
    {
        ArraySegment<byte> encoded = Read(options.Limits);
        try
        {
            return PictureDecoder.Decode(Name, encoded, options, choose);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded.Array!);
        }
    }

    /// <summary>The file's bytes in borrowed memory.</summary>
    private ArraySegment<byte> Read(PictureLimits limits)
    {
        byte[]? borrowed = null;
        try
        {
            using SafeFileHandle file = UnixNames.OpenRead(Path);
            long length = RandomAccess.GetLength(file);
            PictureDecoder.CheckLength(Name, length, limits);
            borrowed = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            for (int more; read < length && (more = RandomAccess.Read(file, borrowed.AsSpan(read, (int)length - read), read)) > 0;)
                read += more;
            return new ArraySegment<byte>(borrowed, 0, read);
        }
        catch (Exception exception) when (IsAboutTheFile(exception))
        {
            if (borrowed is not null)
                ArrayPool<byte>.Shared.Return(borrowed);
            throw Unreadable(exception);
        }
    }

    private static bool IsAboutTheFile(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private PictureException Unreadable(Exception exception) => new(Name, exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException when Directory.Exists(Path) => "it is a folder, not a picture",
        UnauthorizedAccessException => "this user may not read it; check its permissions",
        _ => $"it cannot be read ({exception.Message})",
    }, exception);
}
