using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Data;
using MLTransfer.Files;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image yet to be read: a file, encoded bytes, or pixels.</summary>
public abstract record ImageSource
{
    /// <summary>
    /// The image at a path: a file, or an image in a file that holds many, written <c>FILE!/NAME</c>: <c>images.zip!/ants/1.jpg</c>,
    /// <c>t10k-images-idx3-ubyte.gz!/123</c>. The content decides what format it is, not the extension.
    /// </summary>
    /// <param name="path">The path. Where there is no file with the name before <c>!/</c>, it is the path of a plain file.</param>
    public static ImageSource FromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ContainerPath.Parse(path) is var (container, entry) ? new ContainedImage(path, container, entry) : new FileImage(path);
    }

    /// <summary>An encoded image in memory.</summary>
    /// <param name="bytes">
    /// The whole content of an image file: JPEG, PNG, WebP, BMP, GIF, TIFF or Netpbm; HEIC, AVIF and JPEG XL where the system has a codec.
    /// </param>
    /// <param name="name">Its name in messages.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> bytes, string name = "image") => new EncodedImage(name, bytes);

    /// <summary>An image that is decoded already.</summary>
    /// <param name="image">Its pixels.</param>
    /// <param name="name">Its name in messages.</param>
    public static ImageSource FromImage(Image image, string name = "image")
    {
        ArgumentNullException.ThrowIfNull(image);
        return new DecodedImage(name, image);
    }

    /// <summary>Its name in messages: the path of a file, or the given name.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Reads and decodes the image: of an animation or several pages the first, rotated and mirrored as its EXIF data asks, on white where
    /// it is transparent, at most 178,956,970 pixels.
    /// </summary>
    /// <exception cref="ImageException">
    /// The image cannot be read, is damaged or cut short, of an unsupported format, or too large.
    /// </exception>
    public Image Decode() => Decode(DecodingOptions.Default);

    internal Image Decode(DecodingOptions options)
    {
        using DecodedPixels pixels = Open(options);
        return pixels.ToImage();
    }

    /// <summary>SHA-256 of the encoded bytes, or of the size and the pixels where they are not encoded.</summary>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public abstract byte[] ContentHash();

    /// <summary>The pixels in the memory they were decoded to; the caller disposes them.</summary>
    /// <param name="options">How to decode.</param>
    /// <param name="needed">What will be read of the pixels; the others may be undefined.</param>
    internal abstract DecodedPixels Open(DecodingOptions options, NeededPixels needed = default);

    /// <summary>As <see cref="Open"/>, but first hashes what it decodes: a file is read once for both.</summary>
    /// <param name="isKnown">Receives the <see cref="ContentHash"/>; true: the pixels are not needed. Null: nothing is hashed.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="needed">What will be read of the pixels; the others may be undefined.</param>
    /// <returns>Null where the image is known.</returns>
    internal virtual DecodedPixels? OpenUnless(Predicate<byte[]>? isKnown, DecodingOptions options, NeededPixels needed) =>
        isKnown?.Invoke(ContentHash()) == true ? null : Open(options, needed);

    private protected static byte[] HashPixels(int width, int height, ReadOnlySpan<byte> pixels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(width));
        hash.AppendData(BitConverter.GetBytes(height));
        hash.AppendData(pixels);
        return hash.GetHashAndReset();
    }
}

/// <summary>An image in a separate file.</summary>
internal sealed record FileImage(string Path) : ImageSource
{
    public override string Name => Path;

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

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) =>
        OpenUnless(isKnown: null, options, needed)!;

    internal override DecodedPixels? OpenUnless(Predicate<byte[]>? isKnown, DecodingOptions options, NeededPixels needed)
    {
        ArraySegment<byte> encoded = Read(options.Limits);
        try
        {
            return isKnown?.Invoke(SHA256.HashData(encoded.AsSpan())) == true ? null
                : ImageDecoder.Decode(Name, encoded, options, needed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded.Array!);
        }
    }

    /// <summary>The file's bytes in pooled memory.</summary>
    private ArraySegment<byte> Read(ImageLimits limits)
    {
        byte[]? pooled = null;
        try
        {
            using SafeFileHandle file = UnixNames.OpenRead(Path);
            long length = RandomAccess.GetLength(file);
            ImageDecoder.CheckLength(Name, length, limits);
            pooled = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            for (int more; read < length && (more = RandomAccess.Read(file, pooled.AsSpan(read, (int)length - read), read)) > 0;)
                read += more;
            return new ArraySegment<byte>(pooled, 0, read);
        }
        catch (Exception exception) when (IsAboutTheFile(exception))
        {
            if (pooled is not null)
                ArrayPool<byte>.Shared.Return(pooled);
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

/// <summary>An encoded image in memory.</summary>
internal sealed record EncodedImage(string Name, ReadOnlyMemory<byte> Bytes) : ImageSource
{
    public override string Name { get; } = Name;

    public override byte[] ContentHash() => SHA256.HashData(Bytes.Span);

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) =>
        ImageDecoder.Decode(Name, Bytes, options, needed);
}

/// <summary>An image that is decoded already.</summary>
internal sealed record DecodedImage(string Name, Image Image) : ImageSource
{
    public override string Name { get; } = Name;

    public override byte[] ContentHash() => HashPixels(Image.Width, Image.Height, Image.Pixels);

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) => new(Image);
}

/// <summary>An image in a file that holds many: an entry of an archive, or pixels in an IDX or CIFAR file.</summary>
internal sealed record ContainedImage(string Name, SharedContainer File, string Entry) : ImageSource
{
    public override string Name { get; } = Name;

    public override byte[] ContentHash() => Read(ImageLimits.Default, Hash);

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) =>
        OpenUnless(isKnown: null, options, needed)!;

    internal override DecodedPixels? OpenUnless(Predicate<byte[]>? isKnown, DecodingOptions options, NeededPixels needed) =>
        Read(options.Limits, (container, bytes) => isKnown?.Invoke(Hash(container, bytes)) == true ? null
            : container is RasterContainer raster ? new DecodedPixels(new Image(raster.Width, raster.Height, bytes.ToArray()))
            : ImageDecoder.Decode(Name, bytes, options, needed));

    private static byte[] Hash(ContainedImages container, ArraySegment<byte> bytes) =>
        container is RasterContainer raster ? HashPixels(raster.Width, raster.Height, bytes) : SHA256.HashData(bytes.AsSpan());

    /// <summary>Reads the image's bytes into pooled memory, which is valid only within <paramref name="use"/>.</summary>
    private T Read<T>(ImageLimits limits, Func<ContainedImages, ArraySegment<byte>, T> use)
    {
        byte[]? pooled = null;
        try
        {
            ContainedImages container = File.Container;
            long length = container.Length(Entry);
            if (length < 0)
                throw new ImageException(Name, "the file is there, but holds no such image");
            ImageDecoder.CheckLength(Name, length, limits);
            pooled = ArrayPool<byte>.Shared.Rent((int)length);
            container.Read(Entry, pooled.AsSpan(0, (int)length));
            return use(container, new ArraySegment<byte>(pooled, 0, (int)length));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ImageException(Name, $"it cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
        finally
        {
            if (pooled is not null)
                ArrayPool<byte>.Shared.Return(pooled);
        }
    }
}

/// <summary>A row whose image is missing.</summary>
internal sealed record AbsentImage(string Row) : ImageSource
{
    public override string Name => Row;

    public override byte[] ContentHash() => throw Missing();

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) => throw Missing();

    private ImageException Missing() => new(Row, "there is no image in this row");
}
