using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Files;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image in a file.</summary>
/// <param name="Path">The file, of a format that <see cref="EncodedImage"/> names; its content decides, not its extension.</param>
public sealed record FileImage(string Path) : ImageSource
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
            return ImageDecoder.Decode(Name, encoded, options, choose);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded.Array!);
        }
    }

    /// <summary>The file's bytes in borrowed memory.</summary>
    private ArraySegment<byte> Read(ImageLimits limits)
    {
        byte[]? borrowed = null;
        try
        {
            using SafeFileHandle file = UnixNames.OpenRead(Path);
            long length = RandomAccess.GetLength(file);
            ImageDecoder.CheckLength(Name, length, limits);
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

    private ImageException Unreadable(Exception exception) => new(Name, exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException when Directory.Exists(Path) => "it is a folder, not an image",
        UnauthorizedAccessException => "this user may not read it; check its permissions",
        _ => $"it cannot be read ({exception.Message})",
    }, exception);
}
