namespace MLTransfer.Data;

/// <summary>Which files count as images, by their extensions.</summary>
internal static class ImageFiles
{
    internal static readonly IReadOnlyList<string> Extensions =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff",
        ".ppm", ".pgm", ".pbm", ".pnm", ".heic", ".heif", ".avif", ".jxl",
    ];

    // Formats of images that are not read.
    private static readonly string[] OtherFormats =
    [
        ".hif", ".jp2", ".j2k", ".jpf", ".jpx", ".jpm", ".jxr", ".qoi", ".tga", ".psd", ".exr", ".hdr", ".ico", ".svg", ".pcx", ".dds",
        ".dcm",
        ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw",
    ];

    internal static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an extension is that of an image whose format is not read.</summary>
    internal static bool IsUnreadImage(string extension) => OtherFormats.Contains(extension, StringComparer.OrdinalIgnoreCase);
}
