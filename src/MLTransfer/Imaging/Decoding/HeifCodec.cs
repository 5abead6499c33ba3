using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>HEIC and AVIF through the system's libheif, where there is one: no package that is used reads them.</summary>
internal static unsafe class HeifCodec
{
    // Until 1.18 the limit is one of each side, which wide images within ours would exceed.
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

    internal static bool IsThere => Library != 0;

    /// <summary>The size of the main image, as it is to be shown: libheif turns it.</summary>
    /// <exception cref="ImageException">There is no libheif, or the file is damaged.</exception>
    internal static ImageHeader ReadHeader(string name, ImageFormat format, ReadOnlySpan<byte> bytes)
    {
        if (!IsThere)
        {
            throw ImageException.NotSupported(
                name,
                $"{format.Name()}, which is read where libheif is installed (Debian and Ubuntu: apt-get install libheif1); "
                + "convert it to PNG or JPEG otherwise");
        }
        try
        {
            fixed (byte* encoded = bytes)
            {
                using File file = new(encoded, bytes.Length);
                return new ImageHeader(format, file.Width, file.Height, IsComplete: true);
            }
        }
        catch (ArgumentException exception)
        {
            throw new ImageException(name, $"its {format.Name()} data is damaged ({exception.Message})", exception);
        }
    }

    /// <summary>Pixels with colours premultiplied by alpha.</summary>
    /// <exception cref="ArgumentException">The data is damaged.</exception>
    /// <exception cref="ImageException">This libheif was built without a decoder for it.</exception>
    internal static PixelMemory Decode(string name, ReadOnlySpan<byte> bytes, in ImageHeader header, ImageLimits limits)
    {
        fixed (byte* encoded = bytes)
        {
            using File file = new(encoded, bytes.Length, limits);
            return file.Decode(name, header);
        }
    }

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    private static void Check(Error error)
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

    /// <summary>An opened file and its main image.</summary>
    private sealed class File : IDisposable
    {
        private readonly nint _context = ((delegate* unmanaged<nint>)Function("heif_context_alloc"))();
        private readonly nint _image;

        /// <param name="bytes">The file; it must stay where it is.</param>
        /// <param name="length">How many bytes.</param>
        /// <param name="limits">How large the images within may be, tiles and previews too; null: only their headers are read.</param>
        internal File(byte* bytes, int length, ImageLimits? limits = null)
        {
            try
            {
                if (limits is not null)
                    Limit(limits);
                nint image;
                var read = (delegate* unmanaged<nint, byte*, nint, nint, Error>)Function("heif_context_read_from_memory_without_copy");
                Check(read(_context, bytes, length, 0));
                Check(((delegate* unmanaged<nint, nint*, Error>)Function("heif_context_get_primary_image_handle"))(_context, &image));
                _image = image;
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        // The declared size is checked before; a tile may declare a larger one, and by padding be larger than the whole image.
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

        internal int Width => Number("heif_image_handle_get_width", _image);

        internal int Height => Number("heif_image_handle_get_height", _image);

        internal PixelMemory Decode(string name, in ImageHeader header)
        {
            nint decoded;
            var decode = (delegate* unmanaged<nint, nint*, int, int, nint, Error>)Function("heif_decode_image");
            Error error = decode(_image, &decoded, Rgb, InterleavedRgba, 0);
            if (error.Code == NotSupportedCode)
            {
                throw ImageException.NotSupported(
                    name, $"{header.Format.Name()} that the libheif here does not decode ({error.Text}); convert it to PNG or JPEG");
            }
            Check(error);
            try
            {
                int stride;
                var planeOf = (delegate* unmanaged<nint, int, int*, byte*>)Function("heif_image_get_plane_readonly");
                byte* plane = planeOf(decoded, Interleaved, &stride);
                int width = Number("heif_image_get_width", decoded, Interleaved);
                int height = Number("heif_image_get_height", decoded, Interleaved);
                if (plane is null || width != header.Width || height != header.Height || stride < width * 4)
                    throw new ArgumentException("it holds another size than it declares");
                PixelMemory pixels = new(width, height);
                for (int y = 0; y < height; y++)
                    new ReadOnlySpan<byte>(plane + (long)y * stride, width * 4).CopyTo(pixels.Row(y));
                if (Number("heif_image_handle_is_premultiplied_alpha", _image) == 0)
                    Transparency.Premultiply(pixels.Bytes);
                return pixels;
            }
            finally
            {
                ((delegate* unmanaged<nint, void>)Function("heif_image_release"))(decoded);
            }
        }

        public void Dispose()
        {
            if (_image != 0)
                ((delegate* unmanaged<nint, void>)Function("heif_image_handle_release"))(_image);
            ((delegate* unmanaged<nint, void>)Function("heif_context_free"))(_context);
        }

        private static int Number(string function, nint of) => ((delegate* unmanaged<nint, int>)Function(function))(of);

        private static int Number(string function, nint of, int channel) =>
            ((delegate* unmanaged<nint, int, int>)Function(function))(of, channel);
    }
}
