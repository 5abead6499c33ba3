using System.Text;

namespace MLTransfer.Imaging.Decoding;

/// <summary>What an image file says of itself, read without decoding.</summary>
/// <param name="Format">What kind of file it is.</param>
/// <param name="Width">Declared pixels in a row as stored, at least 1.</param>
/// <param name="Height">Declared rows as stored, at least 1.</param>
/// <param name="IsComplete">Whether the file goes on to the end that its format marks: codecs fill what is missing with gray,
/// unasked.</param>
internal readonly record struct ImageHeader(ImageFormat Format, int Width, int Height, bool IsComplete)
{
    private const int ShownCharacters = 24;

    /// <summary>How the image is to be shown.</summary>
    internal Orientation Orientation { get; init; } = Orientation.AsStored;

    /// <summary>Values per pixel, where the codec needs to know.</summary>
    internal int Components { get; init; } = 3;

    /// <summary>How often a JPEG file goes over its pixels.</summary>
    internal int Scans { get; init; } = 1;

    /// <exception cref="ImageException">The bytes are no image, of a format that is not read, or end before the size.</exception>
    internal static ImageHeader Read(string name, ReadOnlySpan<byte> bytes)
    {
        if (OtherFormats.NotRead(name, bytes) is { } other)
            throw ImageException.NotSupported(name, other);
        if (ImageFormats.Sniff(bytes) is not { } format)
            throw new ImageException(name, $"it is not an image: it begins with {Beginning(bytes)}; {ImageFormats.AreRead}");
        ImageHeader? header = format switch
        {
            ImageFormat.Jpeg => JpegHeader.Read(name, bytes),
            ImageFormat.Png => PngHeader.Read(name, bytes),
            ImageFormat.WebP => WebPHeader.Read(bytes),
            ImageFormat.Gif => GifHeader.Read(bytes),
            ImageFormat.Bmp => BmpHeader.Read(name, bytes)?.Image,
            ImageFormat.Tiff => TiffHeader.Read(name, bytes)?.Image,
            ImageFormat.Netpbm => NetpbmHeader.Read(bytes)?.Image,
            ImageFormat.JpegXl => JpegXlCodec.ReadHeader(name, bytes),
            _ => HeifCodec.ReadHeader(name, format, bytes),
        };
        if (header is not { } found)
            throw new ImageException(name, $"its {format.Name()} header is damaged or cut short ({bytes.Length:N0} bytes)");
        if (found.Width < 1 || found.Height < 1)
            throw new ImageException(name, $"it declares {found.Width} x {found.Height} pixels; at least 1 x 1 is expected");
        return found;
    }

    private static string Beginning(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> first = bytes[..Math.Min(bytes.Length, ShownCharacters)];
        bool isText = !first.ContainsAnyInRange((byte)0, (byte)8) && first.IndexOfAnyInRange((byte)0x7F, (byte)0xFF) < 0;
        return isText
            ? $"the text \"{Encoding.ASCII.GetString(first).ReplaceLineEndings(" ")}\""
            : $"the bytes {Convert.ToHexString(first[..Math.Min(first.Length, 8)])}";
    }
}
