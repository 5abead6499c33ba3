using System.Buffers.Binary;
using System.Text;

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

/// <summary>Recognizes file formats by their first bytes: the supported ones, and many unsupported ones for their errors.</summary>
internal static class ImageFormats
{
    /// <summary>The supported formats, for messages.</summary>
    internal const string AreRead =
        "JPEG, PNG, WebP, BMP, GIF, TIFF and Netpbm are read, and HEIC, AVIF and JPEG XL where libheif and libjxl are installed";

    private const string Convert = "convert it to PNG or JPEG";
    private const string Export = "export it as JPEG, PNG or TIFF with a raw converter, such as the camera's own, darktable or RawTherapee";
    private const int BrandAt = 8, CompatibleBrandsAt = 16, BrandLength = 4;
    private const ushort SubfileTypeTag = 254, MakeTag = 271, SubDirectoriesTag = 330, DngVersionTag = 50706;
    private const uint ReducedImage = 1, ColorFilterArray = 32803, LinearRaw = 34892;

    // In the order of the enumeration; the first extension is the most common.
    private static readonly (string Name, string[] Extensions)[] Known =
    [
        ("JPEG", [".jpg", ".jpeg", ".jpe", ".jfif"]),
        ("PNG", [".png"]),
        ("WebP", [".webp"]),
        ("GIF", [".gif"]),
        ("BMP", [".bmp"]),
        ("TIFF", [".tif", ".tiff"]),
        ("Netpbm", [".ppm", ".pgm", ".pbm", ".pnm"]),
        ("HEIC", [".heic", ".heif"]),
        ("AVIF", [".avif"]),
        ("JPEG XL", [".jxl"]),
    ];

    private static readonly string[] HevcBrands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1"];
    private static readonly string[] Av1Brands = ["avif", "avis"];

    // Offset of the signature, the signature, what it is and what to do.
    private static readonly (int At, byte[] Signature, string What, string ToDo)[] Unsupported =
    [
        (4, [.. "jP  "u8], "a JPEG 2000 image", Convert),
        (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 image", Convert),
        (0, [0x49, 0x49, 0xBC, 0x01], "a JPEG XR image", Convert),
        (0, [.. "II+\0"u8], "a BigTIFF image", "save it as plain TIFF or PNG"),
        (0, [.. "MM\0+"u8], "a BigTIFF image", "save it as plain TIFF or PNG"),
        (0, [.. "P7"u8], "a PAM image", "save it as PNM or PNG"),
        (0, [.. "PF\n"u8], "a PFM image of floating-point numbers", Convert),
        (0, [.. "Pf\n"u8], "a PFM image of floating-point numbers", Convert),
        (0, [.. "8BPS"u8], "a Photoshop document", "save it as PNG or JPEG"),
        (0, [0x76, 0x2F, 0x31, 0x01], "an OpenEXR image", Convert),
        (0, [.. "#?RADIANCE"u8], "a Radiance HDR image", Convert),
        (0, [0x00, 0x00, 0x01, 0x00], "a Windows icon", Convert),
        (0, [.. "qoif"u8], "a QOI image", Convert),
        (0, [.. "DDS "u8], "a DirectDraw texture", Convert),
        (0, [.. "SIMPLE  ="u8], "a FITS image", Convert),
        (128, [.. "DICM"u8], "a DICOM image", "export it as PNG"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array", "save it as PNG"),
        (0, [0x8A, .. "MNG\r\n"u8], "an MNG animation", "save its frames as PNG"),
        (0, [.. "%PDF"u8], "a PDF document", "save its pages as PNG"),
        (0, [.. "<svg"u8], "an SVG drawing", "save it as PNG in the size it is to have"),
        (0, [.. "IIRO"u8], "camera raw data (Olympus ORF)", Export),
        (0, [.. "IIRS"u8], "camera raw data (Olympus ORF)", Export),
        (0, [.. "MMOR"u8], "camera raw data (Olympus ORF)", Export),
        (0, [.. "IIU\0"u8], "camera raw data (Panasonic RW2)", Export),
        (0, [.. "FUJIFILMCCD-RAW"u8], "camera raw data (Fujifilm RAF)", Export),
        (0, [.. "FOVb"u8], "camera raw data (Sigma X3F)", Export),
        (0, [.. "\0MRM"u8], "camera raw data (Minolta MRW)", Export),
        (6, [.. "HEAPCCDR"u8], "camera raw data (Canon CRW)", Export),
        (8, [.. "crx "u8], "camera raw data (Canon CR3)", Export),
    ];

    // Raw data in the form of TIFF, whose first page is at most a thumbnail.
    private static readonly string[] RawExtensions =
    [
        ".cr2", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".dng", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".kdc", ".dcr", ".mef",
        ".mos", ".raw", ".rwl",
    ];

    // Nikon, Sony, Samsung, Kodak, Pentax.
    private static readonly uint[] RawCompressions = [34713, 32767, 32769, 32770, 65000, 65535];

    internal static string Name(this ImageFormat format) => Known[(int)format].Name;

    /// <summary>The extensions of such files; the first is the most common.</summary>
    internal static string[] Extensions(this ImageFormat format) => Known[(int)format].Extensions;

    /// <summary>The format whose signature the bytes begin with.</summary>
    internal static ImageFormat? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return ImageFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return ImageFormat.Png;
        if (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8)) return ImageFormat.WebP;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)) return ImageFormat.Gif;
        if (bytes.StartsWith("BM"u8)) return ImageFormat.Bmp;
        if (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8)) return ImageFormat.Tiff;
        if (NetpbmDecoder.HasSignature(bytes)) return ImageFormat.Netpbm;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || bytes.StartsWith("\0\0\0\x0CJXL "u8)) return ImageFormat.JpegXl;
        return SniffIsoMedia(bytes);
    }

    /// <returns>What the file is and what to do, to follow "not supported: "; null where it is not known to be unsupported.</returns>
    internal static string? DescribeUnsupported(string name, ReadOnlySpan<byte> bytes)
    {
        foreach ((int at, byte[] signature, string what, string toDo) in Unsupported)
        {
            if (bytes.Length > at && bytes[at..].StartsWith(signature))
                return $"{what}; {toDo}";
        }
        if (MainBrand(bytes) is { } brand && SniffIsoMedia(bytes) is null)
            return $"a video or another file of ISO media (brand '{brand}'); save the images in it as PNG or JPEG";
        return Sniff(bytes) == ImageFormat.Tiff && DescribeRaw(name, bytes) is { } camera ? $"camera raw data ({camera}); {Export}" : null;
    }

    /// <summary>HEIC or AVIF by the brands in the first box of ISO base media (ISO 14496-12); null where it is neither.</summary>
    private static ImageFormat? SniffIsoMedia(ReadOnlySpan<byte> bytes)
    {
        if (MainBrand(bytes) is not { } main)
            return null;
        List<string> brands = [main];
        long end = Math.Min(bytes.Length, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        for (int at = CompatibleBrandsAt; at + BrandLength <= end; at += BrandLength)
            brands.Add(ReadBrand(bytes[at..]));
        return brands.Exists(Av1Brands.Contains) ? ImageFormat.Avif : brands.Exists(HevcBrands.Contains) ? ImageFormat.Heic : null;
    }

    /// <returns>Null where the file is not ISO base media.</returns>
    private static string? MainBrand(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= BrandAt + BrandLength && bytes[4..].StartsWith("ftyp"u8) ? ReadBrand(bytes[BrandAt..]) : null;

    private static string ReadBrand(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes[..BrandLength]);

    private static string? DescribeRaw(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 10 && bytes[8..].StartsWith("CR"u8))
            return "Canon CR2";
        var directory = TiffDirectory.ReadFirst(bytes);
        if (directory.Has(DngVersionTag))
            return "DNG";
        string extension = Path.GetExtension(name);
        if (RawExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            return extension[1..].ToUpperInvariant();
        bool isRaw = directory.Number(TiffDirectory.Photometric) is ColorFilterArray or LinearRaw
            || RawCompressions.Contains(directory.Number(TiffDirectory.Compression) ?? 1)
            || directory.Number(SubfileTypeTag) == ReducedImage && directory.Has(SubDirectoriesTag) && directory.Has(MakeTag);
        return isRaw ? "in TIFF" : null;
    }
}
