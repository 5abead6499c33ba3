using System.Buffers.Binary;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using SkiaSharp;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// JPEG, PNG, WebP and GIF through Skia's codec; baseline JPEG by our own decoder, and other JPEG through libjpeg-turbo where the system
/// has it. Skia's codec itself is used, because <c>MLImage</c> and <c>SKBitmap</c> accept an image that ends too early. Code of our own
/// reads what Skia does not report: the sizes of JPEG and PNG files that it refuses to open, EXIF in PNG, and whether JPEG and WebP files
/// are complete.
/// </summary>
internal sealed unsafe class SkiaDecoder : FormatDecoder
{
    private const int PngSignature = 8, PngChunkHeader = 8, PngChunkFrame = 12, PngHeaderLength = 13, RiffHeader = 8;

    private readonly SKData _data;
    private readonly SKCodec? _codec;

    private SkiaDecoder(ImageFormat format, ReadOnlyMemory<byte> encoded, ImageHeader? declared) : base(encoded)
    {
        _data = SKData.Create((nint)Pin(), encoded.Length);
        _codec = SKCodec.Create(_data);
        ImageHeader header = declared ?? (_codec is null ? default : new ImageHeader(format, new(_codec.Info.Width, _codec.Info.Height))
        {
            IsComplete = format != ImageFormat.WebP || IsWholeWebP(encoded.Span),
        });
        Header = _codec is null || format == ImageFormat.Png ? header : header with { Orientation = _codec.EncodedOrigin };
    }

    /// <returns>Null when the header is damaged or cut short.</returns>
    /// <exception cref="ImageException">The image is of an unsupported kind.</exception>
    internal static SkiaDecoder? Open(string name, ImageFormat format, ReadOnlyMemory<byte> encoded)
    {
        bool isJpeg = format == ImageFormat.Jpeg, isPng = format == ImageFormat.Png;
        ImageHeader? declared =
            isJpeg ? JpegHeader.Read(name, encoded.Span) : isPng ? ReadPngHeader(name, encoded.Span) : null;
        if (declared is null && (isJpeg || isPng))
            return null;
        SkiaDecoder decoder = new(format, encoded, declared);
        if (decoder._codec is not null || declared is not null)
            return decoder;
        decoder.Dispose();
        return null;
    }

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        if (Header.Format != ImageFormat.Jpeg)
            return DecodeBySkia();
        SKEncodedOrigin orientation = options.ApplyOrientation ? Header.Orientation : SKEncodedOrigin.TopLeft;
        bool canUseTurboJpeg = options.UseTurboJpeg && TurboJpeg.IsAvailable;
        int reduction = canUseTurboJpeg && options.ReducedScale
            ? needed.LargestReduction(ExifOrientation.SizeShown(orientation, Header.Size)) : 1;
        if (reduction == 1 && options.UseBaselineJpeg && DecodeBaseline(orientation, needed) is { } part)
            return part;
        if (canUseTurboJpeg && TurboJpeg.Decode(Encoded.Span, Header.Size, reduction) is { } pixels)
            return pixels;
        JpegCheck.ThrowIfPixelsAreMissing(Encoded.Span);
        return DecodeBySkia();
    }

    public override void Dispose()
    {
        _codec?.Dispose();
        _data.Dispose();
        base.Dispose();
    }

    // Of a rotated or mirrored image, which is rare, all pixels are moved.
    private DecodedPixels? DecodeBaseline(SKEncodedOrigin orientation, NeededPixels needed) =>
        Header.Scans != 1 ? null : BaselineJpeg.Decode(Encoded.Span, Header.Size, orientation == SKEncodedOrigin.TopLeft
            ? needed.Part(Header.Size) : new Region(0, 0, Header.Size.Width, Header.Size.Height));

    private DecodedPixels DecodeBySkia()
    {
        if (_codec is null)
            throw new ArgumentException("its header cannot be decoded");
        SKImageInfo info = _codec.Info;
        (int width, int height) = Header.Size;
        // The limits were checked with the declared size.
        if (info.Width > width || info.Height > height)
            throw new ArgumentException($"it declares {width} x {height} pixels and holds {info.Width} x {info.Height}");
        SKAlphaType alpha = info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        DecodedPixels pixels = new(new ImageDimensions(info.Width, info.Height));
        SKCodecResult result;
        fixed (byte* target = pixels.Bytes)
            result = _codec.GetPixels(new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, alpha), (nint)target);
        if (result == SKCodecResult.Success)
            return pixels;
        pixels.Dispose();
        throw new ArgumentException(result == SKCodecResult.IncompleteInput
            ? "it is cut short: not all of its pixels are there" : $"decoding ended with {result}");
    }

    /// <summary>The size in the first chunk of a PNG file (ISO 15948), and the orientation in its EXIF chunk.</summary>
    private static ImageHeader? ReadPngHeader(string name, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> chunks = bytes[PngSignature..];
        if (chunks.Length >= PngChunkHeader && chunks[4..].StartsWith("CgBI"u8))
            throw ImageException.NotSupported(name, "a PNG image in the form that Xcode makes for iPhones; use the original PNG");
        if (chunks.Length < PngChunkFrame + PngHeaderLength || !chunks[4..].StartsWith("IHDR"u8))
            return null;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunks[8..]), height = BinaryPrimitives.ReadUInt32BigEndian(chunks[12..]);
        if (width > int.MaxValue || height > int.MaxValue)
            return null;
        bool hasPixels = false;
        SKEncodedOrigin orientation = SKEncodedOrigin.TopLeft;
        while (chunks.Length >= PngChunkFrame && !chunks[4..].StartsWith("IEND"u8))
        {
            hasPixels |= chunks[4..].StartsWith("IDAT"u8);
            long length = BinaryPrimitives.ReadUInt32BigEndian(chunks) + (long)PngChunkFrame;
            if (length > chunks.Length)
                break;
            if (chunks[4..].StartsWith("eXIf"u8))
                orientation = ExifOrientation.Read(chunks[PngChunkHeader..((int)length - 4)]);
            chunks = chunks[(int)length..];
        }
        return new ImageHeader(ImageFormat.Png, new((int)width, (int)height)) { IsComplete = hasPixels, Orientation = orientation };
    }

    // Skia accepts an animation without its later frames and a file without its last bytes.
    private static bool IsWholeWebP(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + (long)RiffHeader <= bytes.Length;
}
