using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>Encoded bytes to pixels through the codec that suits them, with the checks that codecs do not make.</summary>
internal static class ImageDecoder
{
    /// <summary>
    /// Part of what cached features are kept under. Raise it whenever an image decodes to other pixels than before, or is refused where it
    /// was read (or the other way round): otherwise features of the old pixels are taken.
    /// </summary>
    internal const int Revision = 1;

    // A progressive JPEG goes over its pixels some ten times. One that does so without end is made to keep the processor busy.
    private const int MostScans = 500, WorkPerPixelAllowed = 16;

    /// <exception cref="ImageException">The bytes are no whole image within the limits, in a format that is read.</exception>
    internal static DecodedPixels Decode(string name, ReadOnlyMemory<byte> encoded, DecodingOptions options, ReductionChoice? choose)
    {
        CheckLength(name, encoded.Length, options.Limits);
        var header = ImageHeader.Read(name, encoded.Span);
        Check(name, header, encoded.Length, options.Limits);
        DecodedPixels? pixels = null;
        try
        {
            pixels = Pixels(name, encoded, header, options, choose);
            if (header.Format != ImageFormat.Jpeg)
                pixels = pixels.Before(options.Background);
            return options.HonourOrientation ? pixels.Turned(header.Orientation) : pixels;
        }
        catch (ArgumentException exception)
        {
            throw new ImageException(name, $"its {header.Format.Name()} data is damaged ({exception.Message.Split(" (Parameter")[0]})",
                exception);
        }
        catch (OutOfMemoryException exception)
        {
            pixels?.Dispose();
            throw new ImageException(name, $"there is not enough memory for its {header.Width} x {header.Height} pixels", exception);
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

    private static void Check(string name, in ImageHeader header, int length, ImageLimits limits)
    {
        long pixels = (long)header.Width * header.Height, most = Math.Min(limits.Pixels, ImageLimits.MostPixels);
        if (pixels > most)
        {
            string allowed = pixels > ImageLimits.MostPixels
                ? $"more than {ImageLimits.MostPixels:N0} are never read, to protect memory; make it smaller"
                : $"at most {most:N0} are read, to protect memory (--max-pixels allows more; MaximumPixels in code)";
            throw new ImageException(name, $"it declares {header.Width} x {header.Height} pixels; {allowed}");
        }
        if (header.Scans > MostScans || pixels * header.Scans > WorkPerPixelAllowed * most)
            throw new ImageException(name,
                $"it goes over its {header.Width} x {header.Height} pixels {header.Scans:N0} times, to no purpose but keeping the "
                + $"processor busy");
        if (!header.IsComplete)
            throw new ImageException(name, $"it is cut short: the {header.Format.Name()} data ends too early, after {length:N0} bytes");
    }

    private static DecodedPixels Pixels(
        string name, ReadOnlyMemory<byte> encoded, in ImageHeader header, DecodingOptions options, ReductionChoice? choose)
    {
        switch (header.Format)
        {
            case ImageFormat.Jpeg when options.UseTurboJpeg && JpegCodec.IsThere:
                Orientation orientation = options.HonourOrientation ? header.Orientation : Orientation.AsStored;
                int reduction = choose?.Invoke(orientation.Shown(header.Width, header.Height)) ?? 1;
                if (JpegCodec.Decode(encoded.Span, header, reduction) is not { } pixels)
                    goto case ImageFormat.Jpeg;
                return new DecodedPixels(pixels, new ImageDimensions(header.Width, header.Height), reduction);
            case ImageFormat.Bmp:
                return new DecodedPixels(BmpCodec.Decode(encoded.Span, BmpHeader.Read(name, encoded.Span)!));
            case ImageFormat.Tiff:
                return new DecodedPixels(TiffCodec.Decode(encoded, TiffHeader.Read(name, encoded.Span)!));
            case ImageFormat.Netpbm:
                return new DecodedPixels(NetpbmCodec.Decode(encoded.Span, NetpbmHeader.Read(encoded.Span)!));
            case ImageFormat.Heic or ImageFormat.Avif:
                return new DecodedPixels(HeifCodec.Decode(name, encoded.Span, header, options.Limits));
            case ImageFormat.JpegXl:
                return new DecodedPixels(JpegXlCodec.Decode(encoded.Span, header));
            case ImageFormat.Jpeg:
                JpegCheck.ThrowIfPixelsAreMissing(encoded.Span);
                goto default;
            default:
                return new DecodedPixels(SkiaCodec.Decode(encoded, header));
        }
    }
}
