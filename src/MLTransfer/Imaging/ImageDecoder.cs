using System.Buffers;
using System.Text;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Transforms;
using SkiaSharp;

namespace MLTransfer.Imaging;

/// <summary>From encoded bytes to pixels: the header first, then the limits, then the decoder of the format.</summary>
internal static class ImageDecoder
{
    /// <summary>
    /// Part of the key of cached features. Increment it whenever an image decodes to other pixels than before, or is newly refused or
    /// accepted: otherwise stale features would be used.
    /// </summary>
    internal const int Revision = 1;

    // A progressive JPEG has about ten scans. Thousands of them are a denial-of-service attack.
    private const int MaxScans = 500, MaxScansOverFullLimit = 16, ShownCharacters = 24;

    /// <exception cref="ImageException">
    /// The bytes are not an image of a supported format, are damaged or cut short, or exceed the limits.
    /// </exception>
    internal static DecodedPixels Decode(string name, ReadOnlyMemory<byte> encoded, DecodingOptions options, NeededPixels needed)
    {
        CheckLength(name, encoded.Length, options.Limits);
        using FormatDecoder decoder = Open(name, encoded);
        ImageHeader header = decoder.Header;
        CheckHeader(name, header, encoded.Length, options.Limits);
        DecodedPixels? pixels = null;
        try
        {
            pixels = decoder.Decode(options, needed);
            if (header.Format != ImageFormat.Jpeg)
                pixels.ComposeOver(options.Background);
            return options.ApplyOrientation ? pixels.Orient(header.Orientation) : pixels;
        }
        catch (ArgumentException exception)
        {
            throw new ImageException(name, $"its {header.Format.Name()} data is damaged ({exception.Message.Split(" (Parameter")[0]})",
                exception);
        }
        catch (OutOfMemoryException exception)
        {
            pixels?.Dispose();
            throw new ImageException(name, $"there is not enough memory for its {header.Size.Width} x {header.Size.Height} pixels",
                exception);
        }
    }

    internal static void CheckLength(string name, long length, ImageLimits limits)
    {
        if (length == 0)
            throw new ImageException(name, "it is empty (0 bytes)");
        long most = Math.Min(limits.EncodedBytes, Array.MaxLength);
        if (length > most)
            throw new ImageException(name, $"it has {length:N0} bytes; at most {most:N0} are read, to protect memory");
    }

    /// <summary>Recognizes the format and reads the header.</summary>
    /// <exception cref="ImageException">The bytes are not an image of a supported format, or their header is damaged.</exception>
    private static FormatDecoder Open(string name, ReadOnlyMemory<byte> encoded)
    {
        ReadOnlySpan<byte> bytes = encoded.Span;
        if (ImageFormats.DescribeUnsupported(name, bytes) is { } unsupported)
            throw ImageException.NotSupported(name, unsupported);
        if (ImageFormats.Sniff(bytes) is not { } format)
            throw new ImageException(name, $"it is not an image: it begins with {Beginning(bytes)}; {ImageFormats.AreRead}");
        FormatDecoder? decoder = format switch
        {
            ImageFormat.Bmp => BmpDecoder.Open(name, encoded),
            ImageFormat.Tiff => TiffDecoder.Open(name, encoded),
            ImageFormat.Netpbm => NetpbmDecoder.Open(encoded),
            ImageFormat.Heic or ImageFormat.Avif => new HeifDecoder(name, format, encoded),
            ImageFormat.JpegXl => JpegXlDecoder.Open(name, encoded),
            _ => SkiaDecoder.Open(name, format, encoded),
        };
        if (decoder is null)
            throw new ImageException(name, $"its {format.Name()} header is damaged or cut short ({bytes.Length:N0} bytes)");
        if (decoder.Header.Size is { Width: >= 1, Height: >= 1 })
            return decoder;
        decoder.Dispose();
        (int width, int height) = decoder.Header.Size;
        throw new ImageException(name, $"it declares {width} x {height} pixels; at least 1 x 1 is expected");
    }

    private static void CheckHeader(string name, in ImageHeader header, int length, ImageLimits limits)
    {
        (int width, int height) = header.Size;
        long pixels = (long)width * height, most = Math.Min(limits.Pixels, ImageLimits.HardPixelLimit);
        if (pixels > most)
        {
            string allowed = pixels > ImageLimits.HardPixelLimit
                ? $"more than {ImageLimits.HardPixelLimit:N0} are never read, to protect memory; make it smaller"
                : $"at most {most:N0} are read, to protect memory (--max-pixels allows more; MaximumPixels in code)";
            throw new ImageException(name, $"it declares {width} x {height} pixels; {allowed}");
        }
        if (header.Scans > MaxScans || pixels * header.Scans > MaxScansOverFullLimit * most)
            throw new ImageException(name,
                $"it goes over its {width} x {height} pixels {header.Scans:N0} times, to no purpose but keeping the processor busy");
        if (!header.IsComplete)
            throw new ImageException(name, $"it is cut short: the {header.Format.Name()} data ends too early, after {length:N0} bytes");
    }

    private static string Beginning(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> first = bytes[..Math.Min(bytes.Length, ShownCharacters)];
        bool isText = !first.ContainsAnyInRange((byte)0, (byte)8) && first.IndexOfAnyInRange((byte)0x7F, (byte)0xFF) < 0;
        return isText
            ? $"the text \"{Encoding.ASCII.GetString(first).ReplaceLineEndings(" ")}\""
            : $"the bytes {Convert.ToHexString(first[..Math.Min(first.Length, 8)])}";
    }
}

/// <summary>The header of an image file, read without decoding its pixels.</summary>
/// <param name="Format">What kind of file it is.</param>
/// <param name="Size">The declared size as stored, at least 1 x 1.</param>
internal readonly record struct ImageHeader(ImageFormat Format, ImageDimensions Size)
{
    /// <summary>How the stored pixels are rotated and mirrored for display: the eight values of EXIF.</summary>
    internal SKEncodedOrigin Orientation { get; init; } = SKEncodedOrigin.TopLeft;

    /// <summary>Whether the file has its end marker. Decoders silently fill missing pixels with gray.</summary>
    internal bool IsComplete { get; init; } = true;

    /// <summary>The number of scans of a JPEG file.</summary>
    internal int Scans { get; init; } = 1;
}

/// <summary>An image file whose header has been read; its pixels are decoded on demand, after the limits were checked.</summary>
/// <param name="encoded">The whole file; it must not change before the decoder is disposed.</param>
internal abstract unsafe class FormatDecoder(ReadOnlyMemory<byte> encoded) : IDisposable
{
    private MemoryHandle _pinned;

    internal ImageHeader Header { get; private protected init; }

    private protected ReadOnlyMemory<byte> Encoded => encoded;

    /// <summary>
    /// All pixels, their colors premultiplied by alpha; of an animation or several pages the first. The caller disposes them.
    /// </summary>
    /// <param name="options">How to decode.</param>
    /// <param name="needed">What will be read of the pixels; the others may be undefined.</param>
    /// <exception cref="ArgumentException">The data is damaged or ends too early.</exception>
    /// <exception cref="ImageException">The system's codec cannot decode this kind.</exception>
    internal abstract DecodedPixels Decode(DecodingOptions options, NeededPixels needed);

    public virtual void Dispose() => _pinned.Dispose();

    /// <summary>The address of the file for a native codec, fixed until <see cref="Dispose"/>.</summary>
    private protected void* Pin()
    {
        _pinned = encoded.Pin();
        return _pinned.Pointer;
    }
}
