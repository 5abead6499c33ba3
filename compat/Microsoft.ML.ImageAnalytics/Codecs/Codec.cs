using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Codecs;

/// <summary>The system's codecs. Pixels are blue, green, red, alpha; colours premultiplied by alpha.</summary>
internal static partial class Codec
{
    internal const int LosslessPng = 0;

    private const string Library = "mltransfer_image";
    private const int MessageCapacity = 256;

    internal static bool TryReadSize(ReadOnlySpan<byte> encoded, out int width, out int height, out string reason)
    {
        Span<byte> message = stackalloc byte[MessageCapacity];
        bool done = ReadSize(encoded, encoded.Length, out width, out height, message, message.Length) != 0;
        reason = done ? null : Text(message);
        return done;
    }

    internal static bool TryDecode(ReadOnlySpan<byte> encoded, Span<byte> pixels, int width, int height, out string reason)
    {
        Span<byte> message = stackalloc byte[MessageCapacity];
        bool done = Decode(encoded, encoded.Length, pixels, width, height, message, message.Length) != 0;
        reason = done ? null : Text(message);
        return done;
    }

    internal static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int quality)
    {
        Span<byte> message = stackalloc byte[MessageCapacity];
        if (Encode(pixels, width, height, quality, out nint encoded, out long length, message, message.Length) == 0)
            throw new InvalidOperationException($"The picture cannot be encoded: {Text(message)}.");
        try
        {
            byte[] result = new byte[length];
            Marshal.Copy(encoded, result, 0, result.Length);
            return result;
        }
        finally
        {
            Free(encoded);
        }
    }

    private static string Text(ReadOnlySpan<byte> message) => Encoding.UTF8.GetString(message[..message.IndexOf((byte)0)]);

    [LibraryImport(Library, EntryPoint = "mltransfer_image_size")]
    private static partial int ReadSize(ReadOnlySpan<byte> bytes, long length, out int width, out int height, Span<byte> message, int capacity);

    [LibraryImport(Library, EntryPoint = "mltransfer_image_decode")]
    private static partial int Decode(ReadOnlySpan<byte> bytes, long length, Span<byte> pixels, int width, int height, Span<byte> message, int capacity);

    [LibraryImport(Library, EntryPoint = "mltransfer_image_encode")]
    private static partial int Encode(ReadOnlySpan<byte> pixels, int width, int height, int quality, out nint encoded, out long length, Span<byte> message, int capacity);

    [LibraryImport(Library, EntryPoint = "mltransfer_image_free")]
    private static partial void Free(nint encoded);
}
