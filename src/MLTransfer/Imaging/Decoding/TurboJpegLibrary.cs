using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>The functions of libjpeg-turbo's TurboJPEG interface (version 2, which version 3 still has).</summary>
internal static unsafe class TurboJpegLibrary
{
    private static readonly nint Library = SystemLibrary.Find(
        ["libturbojpeg.so.0", "libturbojpeg", "turbojpeg"],
        ["tjInitDecompress", "tjDestroy", "tjDecompressHeader3", "tjDecompress2", "tjGetErrorStr2", "tjGetErrorCode"]);

    internal static bool IsThere => Library != 0;

    internal static nint Create() => ((delegate* unmanaged<nint>)Function("tjInitDecompress"))();

    internal static void Destroy(nint decoder) => ((delegate* unmanaged<nint, int>)Function("tjDestroy"))(decoder);

    internal static bool TryReadHeader(nint decoder, ReadOnlySpan<byte> encoded, out int width, out int height)
    {
        int subsampling, colourSpace;
        fixed (byte* bytes = encoded)
        fixed (int* w = &width, h = &height)
            return Functions.ReadHeader(decoder, bytes, new CULong((nuint)encoded.Length), w, h, &subsampling, &colourSpace) == 0;
    }

    internal static bool TryDecode(nint decoder, ReadOnlySpan<byte> encoded, PixelMemory target, int format, int flags)
    {
        fixed (byte* bytes = encoded, pixels = target.Bytes)
            return Functions.Decode(decoder, bytes, new CULong((nuint)encoded.Length), pixels, target.Width, target.Width * 4,
                target.Height, format, flags) == 0;
    }

    internal static string? Error(nint decoder) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("tjGetErrorStr2"))(decoder));

    /// <summary>Whether the last error was one that decoding went on after.</summary>
    internal static bool IsWarning(nint decoder) => ((delegate* unmanaged<nint, int>)Function("tjGetErrorCode"))(decoder) == 0;

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    /// <summary>The two that every image needs, looked up once.</summary>
    private static class Functions
    {
        internal static readonly delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> ReadHeader =
            (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)Function("tjDecompressHeader3");

        internal static readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decode =
            (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Function("tjDecompress2");
    }
}
