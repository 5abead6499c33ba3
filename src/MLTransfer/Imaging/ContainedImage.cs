using System.Buffers;
using System.Security.Cryptography;
using MLTransfer.Data;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image in a file that holds many: an entry of an archive, or pixels in an IDX or CIFAR file.</summary>
internal sealed record ContainedImage(string Name, SharedContainer File, string Entry) : ImageSource
{
    public override string Name { get; } = Name;

    public override byte[] ContentHash() => Read(ImageLimits.Default, (container, bytes) =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (container is RasterContainer raster)
        {
            hash.AppendData(BitConverter.GetBytes(raster.Width));
            hash.AppendData(BitConverter.GetBytes(raster.Height));
        }
        hash.AppendData(bytes);
        return hash.GetHashAndReset();
    });

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) =>
        Read(options.Limits, (container, bytes) => container is RasterContainer raster
        ? new DecodedPixels(new Image(raster.Width, raster.Height, bytes.AsSpan().ToArray()))
        : ImageDecoder.Decode(Name, bytes, options, choose));

    /// <summary>Uses the image's bytes in borrowed memory.</summary>
    private T Read<T>(ImageLimits limits, Func<ContainedImages, ArraySegment<byte>, T> use)
    {
        byte[]? borrowed = null;
        try
        {
            ContainedImages container = File.Container;
            long length = container.Length(Entry);
            if (length < 0)
                throw new ImageException(Name, "the file is there, but holds no such image");
            ImageDecoder.CheckLength(Name, length, limits);
            borrowed = ArrayPool<byte>.Shared.Rent((int)length);
            container.Read(Entry, borrowed.AsSpan(0, (int)length));
            return use(container, new ArraySegment<byte>(borrowed, 0, (int)length));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ImageException(Name, $"it cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
        finally
        {
            if (borrowed is not null)
                ArrayPool<byte>.Shared.Return(borrowed);
        }
    }
}
