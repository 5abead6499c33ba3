using System.Runtime.InteropServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Finds a library that the system may have, under one of several names.</summary>
internal static class SystemLibrary
{
    /// <summary>The first that is there and has all the functions; 0 when none is.</summary>
    internal static nint Find(string[] names, string[] functions)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            if (functions.All(function => NativeLibrary.TryGetExport(library, function, out _)))
                return library;
            NativeLibrary.Free(library);
        }
        return 0;
    }
}

/// <summary>HEIC and AVIF through the system's libheif, where there is one: no referenced package decodes them.</summary>
internal sealed unsafe class HeifDecoder : FormatDecoder
{
    // Until 1.18 the library limits the sides instead of the area, which would refuse wide images within our limits.
    private const uint FirstWithLimitOfArea = 0x01_12_00_00;

    private const int Rgb = 1, InterleavedRgba = 11, Interleaved = 10, NotSupportedCode = 4;

    private static readonly nint Library = SystemLibrary.Find(
        ["libheif.so.1", "libheif", "heif"],
        [
            "heif_context_alloc", "heif_context_free", "heif_context_read_from_memory_without_copy",
            "heif_context_get_primary_image_handle",
            "heif_image_handle_get_width", "heif_image_handle_get_height", "heif_image_handle_is_premultiplied_alpha",
            "heif_image_handle_release",
            "heif_decode_image", "heif_image_get_width", "heif_image_get_height", "heif_image_get_plane_readonly", "heif_image_release",
        ]);

    private readonly string _name;
    private nint _context, _image;

    /// <summary>Reads the size of the main image as displayed: libheif applies the orientation.</summary>
    /// <exception cref="ImageException">There is no libheif, or the file is damaged.</exception>
    internal HeifDecoder(string name, ImageFormat format, ReadOnlyMemory<byte> encoded) : base(encoded)
    {
        if (!IsAvailable)
        {
            throw ImageException.NotSupported(
                name,
                $"{format.Name()}, which is read where libheif is installed (Debian and Ubuntu: apt-get install libheif1); "
                + "convert it to PNG or JPEG otherwise");
        }
        _name = name;
        _context = ((delegate* unmanaged<nint>)Function("heif_context_alloc"))();
        try
        {
            nint image;
            var read = (delegate* unmanaged<nint, void*, nint, nint, Error>)Function("heif_context_read_from_memory_without_copy");
            ThrowIfFailed(read(_context, Pin(), encoded.Length, 0));
            ThrowIfFailed(((delegate* unmanaged<nint, nint*, Error>)Function("heif_context_get_primary_image_handle"))(_context, &image));
            _image = image;
            Header = new ImageHeader(
                format, new(Number("heif_image_handle_get_width", _image), Number("heif_image_handle_get_height", _image)));
        }
        catch (ArgumentException exception)
        {
            Dispose();
            throw new ImageException(name, $"its {format.Name()} data is damaged ({exception.Message})", exception);
        }
    }

    internal static bool IsAvailable => Library != 0;

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        Limit(options.Limits);
        nint decoded;
        var decode = (delegate* unmanaged<nint, nint*, int, int, nint, Error>)Function("heif_decode_image");
        Error error = decode(_image, &decoded, Rgb, InterleavedRgba, 0);
        if (error.Code == NotSupportedCode)
        {
            throw ImageException.NotSupported(
                _name, $"{Header.Format.Name()} that the libheif here does not decode ({error.Text}); convert it to PNG or JPEG");
        }
        ThrowIfFailed(error);
        try
        {
            return Copy(decoded);
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)Function("heif_image_release"))(decoded);
        }
    }

    public override void Dispose()
    {
        if (_image != 0)
            ((delegate* unmanaged<nint, void>)Function("heif_image_handle_release"))(_image);
        if (_context != 0)
            ((delegate* unmanaged<nint, void>)Function("heif_context_free"))(_context);
        (_image, _context) = (0, 0);
        base.Dispose();
    }

    // The declared size was checked before; a tile may declare a larger one, and with its padding be larger than the whole image.
    private void Limit(ImageLimits limits)
    {
        if (!NativeLibrary.TryGetExport(Library, "heif_context_set_maximum_image_size_limit", out nint setLimit)
            || !NativeLibrary.TryGetExport(Library, "heif_get_version_number", out nint version)
            || ((delegate* unmanaged<uint>)version)() < FirstWithLimitOfArea)
        {
            return;
        }
        int side = (int)Math.Ceiling(Math.Sqrt(Math.Max(limits.Pixels, ImageLimits.Default.Pixels)));
        ((delegate* unmanaged<nint, int, void>)setLimit)(_context, side);
    }

    private DecodedPixels Copy(nint decoded)
    {
        int stride;
        var planeOf = (delegate* unmanaged<nint, int, int*, byte*>)Function("heif_image_get_plane_readonly");
        byte* plane = planeOf(decoded, Interleaved, &stride);
        int width = Number("heif_image_get_width", decoded, Interleaved), height = Number("heif_image_get_height", decoded, Interleaved);
        if (plane is null || Header.Size != new ImageDimensions(width, height) || stride < width * 4)
            throw new ArgumentException("it holds another size than it declares");
        DecodedPixels pixels = new(Header.Size);
        for (int y = 0; y < height; y++)
            new ReadOnlySpan<byte>(plane + (long)y * stride, width * 4).CopyTo(pixels.Row(y));
        if (Number("heif_image_handle_is_premultiplied_alpha", _image) == 0)
            pixels.Premultiply();
        return pixels;
    }

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    private static int Number(string function, nint of) => ((delegate* unmanaged<nint, int>)Function(function))(of);

    private static int Number(string function, nint of, int channel) =>
        ((delegate* unmanaged<nint, int, int>)Function(function))(of, channel);

    private static void ThrowIfFailed(Error error)
    {
        if (error.Code != 0)
            throw new ArgumentException(error.Text);
    }

    /// <summary>libheif's heif_error.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Error
    {
        internal readonly int Code, Detail;
        private readonly nint _message;

        internal string Text => (Marshal.PtrToStringUTF8(_message) ?? "").ReplaceLineEndings(" ").Trim();
    }
}

/// <summary>JPEG XL through the system's libjxl, where there is one: no referenced package decodes it.</summary>
internal sealed unsafe class JpegXlDecoder : FormatDecoder
{
    private const int BasicInfo = 0x40, FullImage = 0x1000, NeedsBuffer = 5, InfoBytes = 1024, WidthAt = 1, HeightAt = 2;

    private static readonly nint Library = SystemLibrary.Find(
        ["libjxl.so.0.7", "libjxl.so.0.8", "libjxl.so.0.9", "libjxl.so.0.10", "libjxl.so.0.11", "libjxl", "jxl"],
        [
            "JxlDecoderCreate", "JxlDecoderDestroy", "JxlDecoderSubscribeEvents", "JxlDecoderSetInput", "JxlDecoderCloseInput",
            "JxlDecoderProcessInput", "JxlDecoderGetBasicInfo", "JxlDecoderSetImageOutBuffer",
        ]);

    private readonly nint _decoder = ((delegate* unmanaged<nint, nint>)Function("JxlDecoderCreate"))(0);

    // Stops once the size is known, as displayed: libjxl applies the orientation.
    private JpegXlDecoder(ReadOnlyMemory<byte> encoded) : base(encoded)
    {
        ((delegate* unmanaged<nint, int, int>)Function("JxlDecoderSubscribeEvents"))(_decoder, BasicInfo | FullImage);
        ((delegate* unmanaged<nint, void*, nint, int>)Function("JxlDecoderSetInput"))(_decoder, Pin(), encoded.Length);
        ((delegate* unmanaged<nint, void>)Function("JxlDecoderCloseInput"))(_decoder);
        uint* info = stackalloc uint[InfoBytes / sizeof(uint)];
        if (Process() == BasicInfo && ((delegate* unmanaged<nint, uint*, int>)Function("JxlDecoderGetBasicInfo"))(_decoder, info) == 0
            && info[WidthAt] <= int.MaxValue && info[HeightAt] <= int.MaxValue)
            Header = new ImageHeader(ImageFormat.JpegXl, new((int)info[WidthAt], (int)info[HeightAt]));
    }

    internal static bool IsAvailable => Library != 0;

    /// <returns>Null when the header is damaged or cut short.</returns>
    /// <exception cref="ImageException">There is no libjxl.</exception>
    internal static JpegXlDecoder? Open(string name, ReadOnlyMemory<byte> encoded)
    {
        if (!IsAvailable)
        {
            throw ImageException.NotSupported(
                name, "JPEG XL, which is read where libjxl is installed (Debian 12: apt-get install libjxl0.7); or convert it to PNG");
        }
        JpegXlDecoder decoder = new(encoded);
        if (decoder.Header.Size.Width > 0)
            return decoder;
        decoder.Dispose();
        return null;
    }

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        DecodedPixels pixels = new(Header.Size);
        try
        {
            fixed (byte* target = pixels.Bytes)
            {
                int status;
                while ((status = Process()) == NeedsBuffer)
                {
                    PixelFormat format = new(4, 2);
                    var setBuffer = (delegate* unmanaged<nint, PixelFormat*, void*, nint, int>)Function("JxlDecoderSetImageOutBuffer");
                    if (setBuffer(_decoder, &format, target, pixels.Bytes.Length) != 0)
                        throw new ArgumentException("it holds another size than it declares");
                }
                if (status != FullImage)
                    throw new ArgumentException("it is cut short or damaged: not all of its pixels are there");
            }
            pixels.Premultiply();
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        ((delegate* unmanaged<nint, void>)Function("JxlDecoderDestroy"))(_decoder);
        base.Dispose();
    }

    /// <summary>Decodes up to the next event.</summary>
    private int Process() => ((delegate* unmanaged<nint, int>)Function("JxlDecoderProcessInput"))(_decoder);

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    /// <summary>libjxl's JxlPixelFormat: four values of 8 bits, rows without gaps.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct PixelFormat(uint channels, int type)
    {
        internal readonly uint Channels = channels;
        internal readonly int Type = type, ByteOrder;
        internal readonly nint Alignment;
    }
}
