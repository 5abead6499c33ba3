namespace MLTransfer.Imaging.Formats;

/// <summary>A kind of picture file, known by its content.</summary>
internal enum PictureFormat
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

internal static class PictureFormats
{
    /// <summary>The formats that are read, for messages.</summary>
    internal const string AreRead =
        "JPEG, PNG, WebP, BMP, GIF, TIFF and Netpbm are read, and HEIC, AVIF and JPEG XL where libheif and libjxl are installed";

    internal static string Name(this PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "JPEG",
        PictureFormat.Png => "PNG",
        PictureFormat.WebP => "WebP",
        PictureFormat.Gif => "GIF",
        PictureFormat.Bmp => "BMP",
        PictureFormat.Tiff => "TIFF",
        PictureFormat.Netpbm => "Netpbm",
        PictureFormat.Heic => "HEIC",
        PictureFormat.Avif => "AVIF",
        _ => "JPEG XL",
    };

    /// <summary>How the names of such files usually end; the first is the most usual.</summary>
    internal static string[] Extensions(this PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => [".jpg", ".jpeg", ".jpe", ".jfif"],
        PictureFormat.Png => [".png"],
        PictureFormat.WebP => [".webp"],
        PictureFormat.Gif => [".gif"],
        PictureFormat.Bmp => [".bmp"],
        PictureFormat.Tiff => [".tif", ".tiff"],
        PictureFormat.Netpbm => [".ppm", ".pgm", ".pbm", ".pnm"],
        PictureFormat.Heic => [".heic", ".heif"],
        PictureFormat.Avif => [".avif"],
        _ => [".jxl"],
    };

    /// <summary>The format whose signature the bytes begin with.</summary>
    internal static PictureFormat? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return PictureFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return PictureFormat.Png;
        if (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8)) return PictureFormat.WebP;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)) return PictureFormat.Gif;
        if (bytes.StartsWith("BM"u8)) return PictureFormat.Bmp;
        if (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8)) return PictureFormat.Tiff;
        if (NetpbmHeader.IsOne(bytes)) return PictureFormat.Netpbm;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || bytes.StartsWith("\0\0\0\x0CJXL "u8)) return PictureFormat.JpegXl;
        return IsoMedia.FormatOf(bytes);
    }
}
