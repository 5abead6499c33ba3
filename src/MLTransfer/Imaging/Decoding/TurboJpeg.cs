using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// JPEG through the system's libjpeg-turbo (its TurboJPEG interface of version 2, which version 3 still has), where there is one: the same
/// pixels as Skia and Pillow, in half the time. It uses the slow, exact DCT and interpolated chroma. Nothing is allocated but the pixels.
/// </summary>
internal static unsafe class TurboJpeg
{
    private const int Rgbx = 2, Cmyk = 11, CmykColorSpace = 3, LimitScans = 32768;

    // The warnings of libjpeg for lost data, which it fills in: half an image must not pass for a complete one.
    private static readonly string[] Losses =
        ["Premature end", "Corrupt JPEG data: premature end", "Corrupt JPEG data: bad Huffman", "Corrupt JPEG data: bad arithmetic",
            "Corrupt JPEG data: found marker"];

    private static readonly nint Library = SystemLibrary.Find(
        ["libturbojpeg.so.0", "libturbojpeg", "turbojpeg"],
        ["tjInitDecompress", "tjDestroy", "tjDecompressHeader3", "tjDecompress2", "tjGetErrorStr2", "tjGetErrorCode"]);

    internal static bool IsAvailable => Library != 0;

    /// <param name="encoded">The file.</param>
    /// <param name="size">The size that was checked.</param>
    /// <param name="reduction">How many pixels, in both directions, become one by a smaller DCT: 1, 2, 4 or 8.</param>
    /// <returns>Null where another codec has to decide: the library does not know the chroma subsampling, or a harmless warning may hide
    /// later ones.</returns>
    /// <exception cref="ArgumentException">The data is damaged.</exception>
    internal static DecodedPixels? Decode(ReadOnlySpan<byte> encoded, ImageDimensions size, int reduction)
    {
        Decoder decoder = Decoder.Borrow();
        DecodedPixels? pixels = null;
        bool isSound = false;
        try
        {
            if (!decoder.TryReadHeader(encoded, out ImageDimensions found, out int colorSpace) || found != size)
                return null;
            pixels = new DecodedPixels(size, reduction);
            bool isCmyk = colorSpace >= CmykColorSpace;
            if (decoder.Decode(encoded, pixels, isCmyk ? Cmyk : Rgbx, out bool isWarning) is { } complaint)
                return isWarning && !Losses.Any(loss => complaint.StartsWith(loss, StringComparison.Ordinal)) ? null
                    : throw new ArgumentException(complaint);
            if (isCmyk)
                MixInks(pixels.Bytes);
            isSound = true;
            return pixels;
        }
        finally
        {
            // A decoder that met an error in one header would report it for every later one.
            if (isSound)
            {
                decoder.GiveBack();
            }
            else
            {
                pixels?.Dispose();
                decoder.Dispose();
            }
        }
    }

    // Adobe's four-color files hold the inverted inks, and no other kind is met in practice.
    private static void MixInks(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            for (int ink = i; ink < i + 3; ink++)
                pixels[ink] = DecodedPixels.Multiply(pixels[ink], pixels[i + 3]);
        }
    }

    private static nint Function(string name) => NativeLibrary.GetExport(Library, name);

    /// <summary>A decompressor of the library: costly to make, so it is kept, and used by one thread at a time.</summary>
    private sealed class Decoder : SafeHandleZeroOrMinusOneIsInvalid
    {
        private static readonly ConcurrentBag<Decoder> Idle = [];

        // The two that every image needs, looked up once.
        private static readonly delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> ReadHeader =
            (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)Function("tjDecompressHeader3");
        private static readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress =
            (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Function("tjDecompress2");

        /// <summary>Makes a decompressor; an invalid one where the library has no memory for it.</summary>
        public Decoder() : base(ownsHandle: true) => SetHandle(((delegate* unmanaged<nint>)Function("tjInitDecompress"))());

        /// <summary>An idle decompressor, or a new one. As many are kept as were ever in use at once.</summary>
        internal static Decoder Borrow() => Idle.TryTake(out Decoder? idle) ? idle : new Decoder();

        /// <summary>Keeps it for the next image. One that met an error is disposed instead.</summary>
        internal void GiveBack() => Idle.Add(this);

        internal bool TryReadHeader(ReadOnlySpan<byte> encoded, out ImageDimensions size, out int colorSpace)
        {
            int width = 0, height = 0, subsampling, space = 0;
            bool isRead = false;
            if (!IsInvalid)
            {
                fixed (byte* bytes = encoded)
                    isRead = ReadHeader(handle, bytes, new CULong((nuint)encoded.Length), &width, &height, &subsampling, &space) == 0;
            }
            (size, colorSpace) = (new ImageDimensions(width, height), space);
            return isRead;
        }

        /// <returns>Null, or what went wrong; a warning where decoding went on after it.</returns>
        internal string? Decode(ReadOnlySpan<byte> encoded, DecodedPixels target, int format, out bool isWarning)
        {
            bool isDone;
            fixed (byte* bytes = encoded, pixels = target.Bytes)
                isDone = Decompress(handle, bytes, new CULong((nuint)encoded.Length), pixels, target.Width, target.Width * 4,
                    target.Height, format, LimitScans) == 0;
            isWarning = !isDone && ((delegate* unmanaged<nint, int>)Function("tjGetErrorCode"))(handle) == 0;
            return isDone ? null
                : Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("tjGetErrorStr2"))(handle)) ?? "for an unknown reason";
        }

        protected override bool ReleaseHandle()
        {
            ((delegate* unmanaged<nint, void>)Function("tjDestroy"))(handle);
            return true;
        }
    }
}
