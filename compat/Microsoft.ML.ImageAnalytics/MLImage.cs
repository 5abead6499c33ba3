using Microsoft.ML.Codecs;

namespace Microsoft.ML.Data;

/// <summary>A picture of 32-bit pixels, colours premultiplied by alpha.</summary>
public sealed class MLImage : IDisposable
{
    private const int JpegQuality = 100;

    private PixelBuffer _buffer;
    private string _tag;

    private MLImage(PixelBuffer buffer) => _buffer = buffer;

    public static MLImage CreateFromStream(Stream imageStream)
    {
        ArgumentNullException.ThrowIfNull(imageStream);
        using EncodedBuffer encoded = EncodedBuffer.Read(imageStream);
        return Decoded(encoded, "Invalid input stream contents", nameof(imageStream));
    }

    public static MLImage CreateFromFile(string imagePath)
    {
        ArgumentNullException.ThrowIfNull(imagePath);
        if (!File.Exists(imagePath))
            throw new ArgumentException("Invalid path", nameof(imagePath));
        using FileStream stream = new(imagePath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using EncodedBuffer encoded = EncodedBuffer.Read(stream);
        return Decoded(encoded, "Invalid path", nameof(imagePath));
    }

    public static MLImage CreateFromPixels(int width, int height, MLPixelFormat pixelFormat, ReadOnlySpan<byte> imagePixelData)
    {
        if (pixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32))
            throw new ArgumentException("Unsupported pixel format", nameof(pixelFormat));
        if (width <= 0)
            throw new ArgumentException("Invalid width value.", nameof(width));
        if (height <= 0)
            throw new ArgumentException("Invalid height value.", nameof(height));
        if (imagePixelData.Length != (long)width * height * 4)
            throw new ArgumentException($"Invalid {nameof(imagePixelData)} buffer size.");
        PixelBuffer buffer = new(width, height, pixelFormat);
        imagePixelData.CopyTo(buffer.Bytes);
        return new MLImage(buffer);
    }

    public MLPixelFormat PixelFormat => Alive().Format;

    public byte[] GetBGRPixels => Bgr.Of(Alive().Bytes, PixelFormat);

    public ReadOnlySpan<byte> Pixels => Alive().Bytes;

    public string Tag
    {
        get
        {
            Alive();
            return _tag;
        }
        set
        {
            Alive();
            _tag = value;
        }
    }

    public int Width => Alive().Width;

    public int Height => Alive().Height;

    public int BitsPerPixel => 8 * (Alive().Bytes.Length / (Width * Height));

    public void Save(string imagePath)
    {
        PixelBuffer buffer = Alive();
        string extension = Path.GetExtension(imagePath);
        int quality = extension.ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => JpegQuality,
            ".PNG" => Codec.LosslessPng,
            _ => throw new ArgumentException($"Saving image with the format '{extension}' is not supported. Try save it with `Jpeg` or `Png` format.", nameof(imagePath)),
        };
        ReadOnlySpan<byte> pixels = buffer.Format == MLPixelFormat.Bgra32 ? buffer.Bytes : Bgr.Swapped(buffer.Bytes);
        File.WriteAllBytes(imagePath, Codec.Encode(pixels, buffer.Width, buffer.Height, quality));
    }

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }

    private static MLImage Decoded(EncodedBuffer encoded, string complaint, string parameter)
    {
        if (!Codec.TryReadSize(encoded.Bytes, out int width, out int height, out string reason))
            throw new ArgumentException($"{complaint}: {reason}.", parameter);
        if ((long)width * height * 4 > Array.MaxLength)
            throw new ArgumentException($"{complaint}: {width} x {height} pixels are too many.", parameter);
        PixelBuffer buffer = new(width, height, MLPixelFormat.Bgra32);
        if (Codec.TryDecode(encoded.Bytes, buffer.Bytes, width, height, out reason))
            return new MLImage(buffer);
        buffer.Release();
        throw new ArgumentException($"{complaint}: {reason}.", parameter);
    }

    private PixelBuffer Alive() => _buffer ?? throw new InvalidOperationException("Object is disposed.");
}
