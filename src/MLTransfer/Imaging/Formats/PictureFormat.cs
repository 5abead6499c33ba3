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
    Heif,
}

internal static class PictureFormats
{
    /// <summary>The formats that are read, for messages.</summary>
    internal const string AreRead = "JPEG, PNG, WebP, BMP, GIF and TIFF are read";

    internal static string Name(this PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "JPEG",
        PictureFormat.Png => "PNG",
        PictureFormat.WebP => "WebP",
        PictureFormat.Gif => "GIF",
        PictureFormat.Bmp => "BMP",
        PictureFormat.Tiff => "TIFF",
        _ => "HEIF or AVIF",
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
        if (bytes.Length >= 12 && bytes[4..].StartsWith("ftyp"u8)) return PictureFormat.Heif;
        return null;
    }
}
