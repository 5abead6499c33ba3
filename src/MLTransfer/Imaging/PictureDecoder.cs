using MLTransfer.Imaging.Codecs;
using MLTransfer.Imaging.Formats;

namespace MLTransfer.Imaging;

/// <summary>Encoded bytes to pixels through the codec that suits them, with the checks that codecs do not make.</summary>
internal static class PictureDecoder
{
    /// <summary>
    /// Part of what cached features are kept under. Raise it whenever an image decodes to other pixels than before, or is refused where it
    /// was read (or the other way round): otherwise features of the old pixels are taken.
    /// </summary>
    internal const int Revision = 1;

    // A progressive JPEG goes over its pixels some ten times. One that does so without end is made to keep the processor busy.
    private const int MostScans = 500, WorkPerPixelAllowed = 16;

    /// <exception cref="PictureException">The bytes are no whole picture within the limits, in a format that is read.</exception>
    internal static DecodedPixels Decode(string name, ReadOnlyMemory<byte> encoded, DecodingOptions options, ReductionChoice? choose)
    {
        CheckLength(name, encoded.Length, options.Limits);
        var header = PictureHeader.Read(name, encoded.Span);
        Check(name, header, encoded.Length, options.Limits);
        DecodedPixels? pixels = null;
        try
        {
            pixels = Pixels(name, encoded, header, options, choose);
            if (header.Format != PictureFormat.Jpeg)
                pixels = pixels.Before(options.Background);
            return options.HonourOrientation ? pixels.Turned(header.Orientation) : pixels;
        }
        catch (ArgumentException exception)
        {
            throw new PictureException(name, $"its {header.Format.Name()} data is damaged ({exception.Message.Split(" (Parameter")[0]})", exception);
        }
        catch (OutOfMemoryException exception)
        {
            pixels?.Dispose();
            throw new PictureException(name, $"there is not enough memory for its {header.Width} x {header.Height} pixels", exception);
        }
    }

    internal static void CheckLength(string name, long length, PictureLimits limits)
    {
        if (length == 0)
            throw new PictureException(name, "it is empty (0 bytes)");
        long most = Math.Min(limits.EncodedBytes, Array.MaxLength);
        if (length > most)
            throw new PictureException(name, $"it has {length:N0} bytes; at most {most:N0} are read, to protect memory");
    }

    private static void Check(string name, in PictureHeader header, int length, PictureLimits limits)
    {
        long pixels = (long)header.Width * header.Height, most = Math.Min(limits.Pixels, PictureLimits.MostPixels);
        if (pixels > most)
        {
            string allowed = pixels > PictureLimits.MostPixels ? $"more than {PictureLimits.MostPixels:N0} are never read, to protect memory; make it smaller"
                : $"at most {most:N0} are read, to protect memory (--max-pixels allows more; MaximumPixels in code)";
            throw new PictureException(name, $"it declares {header.Width} x {header.Height} pixels; {allowed}");
        }
        if (header.Scans > MostScans || pixels * header.Scans > WorkPerPixelAllowed * most)
            throw new PictureException(name, $"it goes over its {header.Width} x {header.Height} pixels {header.Scans:N0} times, to no purpose but keeping the processor busy");
        if (!header.IsComplete)
            throw new PictureException(name, $"it is cut short: the {header.Format.Name()} data ends too early, after {length:N0} bytes");
    }

    private static DecodedPixels Pixels(string name, ReadOnlyMemory<byte> encoded, in PictureHeader header, DecodingOptions options, ReductionChoice? choose)
    {
        switch (header.Format)
        {
            case PictureFormat.Jpeg when options.UseTurboJpeg && JpegCodec.IsThere:
                Orientation orientation = options.HonourOrientation ? header.Orientation : Orientation.AsStored;
                int reduction = choose?.Invoke(orientation.Shown(header.Width, header.Height)) ?? 1;
                if (JpegCodec.Decode(encoded.Span, header, reduction) is not { } pixels)
                    goto case PictureFormat.Jpeg;
                return new DecodedPixels(pixels, new PictureSize(header.Width, header.Height), reduction);
            case PictureFormat.Bmp:
                return new DecodedPixels(BmpCodec.Decode(encoded.Span, BmpHeader.Read(name, encoded.Span)!));
            case PictureFormat.Tiff:
                return new DecodedPixels(TiffCodec.Decode(encoded, TiffHeader.Read(name, encoded.Span)!));
            case PictureFormat.Netpbm:
                return new DecodedPixels(NetpbmCodec.Decode(encoded.Span, NetpbmHeader.Read(encoded.Span)!));
            case PictureFormat.Heic or PictureFormat.Avif:
                return new DecodedPixels(HeifCodec.Decode(name, encoded.Span, header, options.Limits));
            case PictureFormat.JpegXl:
                return new DecodedPixels(JpegXlCodec.Decode(encoded.Span, header));
            case PictureFormat.Jpeg:
                JpegCheck.ThrowIfPixelsAreMissing(encoded.Span);
                goto default;
            default:
                return new DecodedPixels(SkiaCodec.Decode(encoded, header));
        }
    }
}
