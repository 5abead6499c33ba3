using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>JPEG XL through the system's libjxl, where there is one: no package that is used reads it.</summary>
internal static unsafe class JpegXlCodec
{
    private const int BasicInfo = 0x40, FullImage = 0x1000, NeedsBuffer = 5, RoomForInfo = 1024, WidthAt = 1, HeightAt = 2;

    private static readonly nint Library = SystemLibrary.Find(
        ["libjxl.so.0.7", "libjxl.so.0.8", "libjxl.so.0.9", "libjxl.so.0.10", "libjxl.so.0.11", "libjxl", "jxl"],
        [
            "JxlDecoderCreate", "JxlDecoderDestroy", "JxlDecoderSubscribeEvents", "JxlDecoderSetInput", "JxlDecoderCloseInput",
            "JxlDecoderProcessInput", "JxlDecoderGetBasicInfo", "JxlDecoderSetImageOutBuffer",
        ]);

    internal static bool IsThere => Library != 0;

    /// <summary>The size, as the image is to be shown: libjxl turns it.</summary>
    /// <exception cref="ImageException">There is no libjxl, or the file is damaged.</exception>
    internal static ImageHeader ReadHeader(string name, ReadOnlySpan<byte> bytes)
    {
        if (!IsThere)
        {
            throw ImageException.NotSupported(
                name, "JPEG XL, which is read where libjxl is installed (Debian 12: apt-get install libjxl0.7); or convert it to PNG");
        }
        ImageHeader header = default;
        Run(bytes, BasicInfo, (decoder, _) => header = SizeOf(decoder));
        return header.Width > 0 ? header : throw new ImageException(name, "its JPEG XL header is damaged or cut short");
    }

    /// <summary>Pixels with colours premultiplied by alpha; of an animation the first frame.</summary>
    /// <exception cref="ArgumentException">The data is damaged or ends too early.</exception>
    internal static PixelMemory Decode(ReadOnlySpan<byte> bytes, in ImageHeader header)
    {
        PixelMemory pixels = new(header.Width, header.Height);
        try
        {
            fixed (byte* target = pixels.Bytes)
            {
                nint place = (nint)target, length = pixels.Bytes.Length;
                bool isWhole = Run(bytes, FullImage, (decoder, status) =>
                {
                    PixelFormat format = new(4, 2);
                    var setBuffer = (delegate* unmanaged<nint, PixelFormat*, nint, nint, int>)Function("JxlDecoderSetImageOutBuffer");
                    if (status == NeedsBuffer && setBuffer(decoder, &format, place, length) != 0)
                        throw new ArgumentException("it holds another size than it declares");
                });
                if (!isWhole)
                    throw new ArgumentException("it is cut short or damaged: not all of its pixels are there");
            }
            Transparency.Premultiply(pixels.Bytes);
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    /// <returns>Whether the event came that is waited for.</returns>
    private static bool Run(ReadOnlySpan<byte> bytes, int wanted, Action<nint, int> react)
    {
        nint decoder = ((delegate* unmanaged<nint, nint>)Function("JxlDecoderCreate"))(0);
        try
        {
            fixed (byte* encoded = bytes)
            {
                ((delegate* unmanaged<nint, int, int>)Function("JxlDecoderSubscribeEvents"))(decoder, wanted);
                ((delegate* unmanaged<nint, byte*, nint, int>)Function("JxlDecoderSetInput"))(decoder, encoded, bytes.Length);
                ((delegate* unmanaged<nint, void>)Function("JxlDecoderCloseInput"))(decoder);
                var process = (delegate* unmanaged<nint, int>)Function("JxlDecoderProcessInput");
                while (process(decoder) is var status and (NeedsBuffer or BasicInfo or FullImage))
                {
                    react(decoder, status);
                    if (status == wanted)
                        return true;
                }
                return false;
            }
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)Function("JxlDecoderDestroy"))(decoder);
        }
    }

    private static ImageHeader SizeOf(nint decoder)
    {
        uint* info = stackalloc uint[RoomForInfo / sizeof(uint)];
        bool isThere = ((delegate* unmanaged<nint, uint*, int>)Function("JxlDecoderGetBasicInfo"))(decoder, info) == 0;
        bool fits = isThere && info[WidthAt] <= int.MaxValue && info[HeightAt] <= int.MaxValue;
        return fits ? new ImageHeader(ImageFormat.JpegXl, (int)info[WidthAt], (int)info[HeightAt], IsComplete: true) : default;
    }

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
