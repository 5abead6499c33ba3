namespace MLTransfer.Imaging.Decoding;

/// <summary>A kind of image file, known by its content.</summary>
internal enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
    Netpbm,
    Heic,
    Avif,
    JpegXl,
}

internal static class ImageFormats
{
    /// <summary>The formats that are read, for messages.</summary>
    internal const string AreRead =
        "JPEG, PNG, WebP, BMP, GIF, TIFF and Netpbm are read, and HEIC, AVIF and JPEG XL where libheif and libjxl are installed";

    internal static string Name(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "JPEG",
        ImageFormat.Png => "PNG",
        ImageFormat.WebP => "WebP",
        ImageFormat.Gif => "GIF",
        ImageFormat.Bmp => "BMP",
        ImageFormat.Tiff => "TIFF",
        ImageFormat.Netpbm => "Netpbm",
        ImageFormat.Heic => "HEIC",
        ImageFormat.Avif => "AVIF",
        _ => "JPEG XL",
    };

    /// <summary>How the names of such files usually end; the first is the most usual.</summary>
    internal static string[] Extensions(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => [".jpg", ".jpeg", ".jpe", ".jfif"],
        ImageFormat.Png => [".png"],
        ImageFormat.WebP => [".webp"],
        ImageFormat.Gif => [".gif"],
        ImageFormat.Bmp => [".bmp"],
        ImageFormat.Tiff => [".tif", ".tiff"],
        ImageFormat.Netpbm => [".ppm", ".pgm", ".pbm", ".pnm"],
        ImageFormat.Heic => [".heic", ".heif"],
        ImageFormat.Avif => [".avif"],
        _ => [".jxl"],
    };

    /// <summary>The format whose signature the bytes begin with.</summary>
    internal static ImageFormat? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return ImageFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return ImageFormat.Png;
        if (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8)) return ImageFormat.WebP;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)) return ImageFormat.Gif;
        if (bytes.StartsWith("BM"u8)) return ImageFormat.Bmp;
        if (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8)) return ImageFormat.Tiff;
        if (NetpbmHeader.IsOne(bytes)) return ImageFormat.Netpbm;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || bytes.StartsWith("\0\0\0\x0CJXL "u8)) return ImageFormat.JpegXl;
        return IsoMedia.FormatOf(bytes);
    }
}
