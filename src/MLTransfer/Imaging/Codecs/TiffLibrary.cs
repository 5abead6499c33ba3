using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Codecs;

/// <summary>The functions of the system's libtiff that read a picture.</summary>
internal static unsafe class TiffLibrary
{
    private const int StopOnError = 1, MessageCapacity = 1024;

    private static readonly nint Library = Find();

    internal static bool IsThere => Library != 0;

    /// <summary>Decodes the first page. Rows are in the order they are stored; colours are premultiplied by alpha.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="target">Gets the pixels, red first.</param>
    /// <param name="orientation">The orientation that the file has: what differs from it, the library turns.</param>
    /// <returns>Nothing, or why not all of it could be read.</returns>
    internal static string? Decode(ReadOnlySpan<byte> encoded, PixelMemory target, int orientation)
    {
        fixed (byte* bytes = encoded, name = "memory\0"u8, mode = "rm\0"u8, pixels = target.Bytes)
        {
            TiffInput input = new(bytes, encoded.Length);
            nint tiff = Open(name, mode, &input);
            if (tiff == 0)
                return "its tags cannot be read";
            try
            {
                if (Obstacle(tiff, target) is { } obstacle)
                    return obstacle;
                bool done = ((delegate* unmanaged<nint, uint, uint, byte*, int, int, int>)Function("TIFFReadRGBAImageOriented"))(
                    tiff, (uint)target.Width, (uint)target.Height, pixels, orientation, StopOnError) != 0;
                return done ? null : "not all of its pixels are there";
            }
            finally
            {
                ((delegate* unmanaged<nint, void>)Function("TIFFClose"))(tiff);
            }
        }
    }

    /// <summary>
    /// Why the library will not decode it. Above all a size other than that of the memory: the library would write beyond it, for it does not compare.
    /// </summary>
    private static string? Obstacle(nint tiff, PixelMemory target)
    {
        RgbaImage image = default;
        byte* message = stackalloc byte[MessageCapacity];
        *message = 0;
        if (((delegate* unmanaged<RgbaImage*, nint, int, byte*, int>)Function("TIFFRGBAImageBegin"))(&image, tiff, StopOnError, message) == 0)
            return Marshal.PtrToStringUTF8((nint)message);
        bool fits = image.Width == target.Width && image.Height == target.Height;
        ((delegate* unmanaged<RgbaImage*, void>)Function("TIFFRGBAImageEnd"))(&image);
        return fits ? null : "its tags contradict each other about its size";
    }

    private static nint Open(byte* name, byte* mode, TiffInput* input)
    {
        delegate* unmanaged<TiffInput*, byte*, nint, nint> read = &TiffInput.Read, write = &TiffInput.Write;
        delegate* unmanaged<TiffInput*, ulong, int, ulong> seek = &TiffInput.Seek;
        delegate* unmanaged<TiffInput*, int> close = &TiffInput.Close;
        delegate* unmanaged<TiffInput*, ulong> length = &TiffInput.Length;
        return ((delegate* unmanaged<byte*, byte*, void*, void*, void*, void*, void*, void*, void*, void*, nint>)Function("TIFFClientOpen"))(
            name, mode, input, read, write, seek, close, length, null, null);
    }

    // The library would print what it dislikes of a file; here the picture's error says it.
    private static nint Find()
    {
        nint library = SystemLibrary.Find(
            ["libtiff.so.6", "libtiff.so.5", "libtiff", "tiff"],
            ["TIFFClientOpen", "TIFFRGBAImageBegin", "TIFFRGBAImageEnd", "TIFFReadRGBAImageOriented", "TIFFClose", "TIFFSetErrorHandler", "TIFFSetWarningHandler"]);
        if (library != 0)
        {
            ((delegate* unmanaged<void*, void*>)NativeLibrary.GetExport(library, "TIFFSetErrorHandler"))(null);
            ((delegate* unmanaged<void*, void*>)NativeLibrary.GetExport(library, "TIFFSetWarningHandler"))(null);
        }
        return library;
    }

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    /// <summary>The beginning of the library's TIFFRGBAImage, with more than enough room for the rest.</summary>
    private struct RgbaImage
    {
        internal nint Tiff;
        internal int StopsOnError, IsContiguous, Alpha;
        internal uint Width, Height;
        internal fixed byte Rest[1024];
    }
}
