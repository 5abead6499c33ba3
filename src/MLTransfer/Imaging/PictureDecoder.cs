using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using MLTransfer.Imaging.Formats;

namespace MLTransfer.Imaging;

/// <summary>Encoded bytes to pixels through <see cref="MLImage"/>, with the checks that it does not make.</summary>
internal static class PictureDecoder
{
    /// <exception cref="PictureException">The bytes are no whole picture within the limits, in a format that is read.</exception>
    internal static DecodedPixels Decode(string name, ReadOnlyMemory<byte> encoded, PictureLimits limits)
    {
        CheckLength(name, encoded.Length, limits);
        var header = PictureHeader.Read(name, encoded.Span);
        if ((long)header.Width * header.Height > limits.Pixels)
            throw new PictureException(name, $"it declares {header.Width} x {header.Height} pixels; at most {limits.Pixels:N0} are read, to protect memory");
        if (!header.IsComplete)
            throw new PictureException(name, $"it is cut short: the {header.Format.Name()} data ends too early, after {encoded.Length:N0} bytes");
        try
        {
            using Stream stream = AsStream(encoded);
            DecodedPixels pixels = new(MLImage.CreateFromStream(stream));
            return header.Format == PictureFormat.Jpeg ? pixels : pixels.OnWhite();
        }
        catch (ArgumentException exception)
        {
            throw new PictureException(name, $"its {header.Format.Name()} data is damaged ({exception.Message.Split(" (Parameter")[0]})", exception);
        }
        catch (OutOfMemoryException exception)
        {
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

    private static MemoryStream AsStream(ReadOnlyMemory<byte> encoded) =>
        MemoryMarshal.TryGetArray(encoded, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false, publiclyVisible: true)
            : new MemoryStream(encoded.ToArray(), writable: false);
}
