namespace MLTransfer.Imaging.Decoding;

/// <summary>Files that are no images which are read, but known for what they are.</summary>
internal static class OtherFormats
{
    private const string Convert = "convert it to PNG or JPEG";
    private const string Export = "export it as JPEG, PNG or TIFF with a raw converter, such as the camera's own, darktable or RawTherapee";

    private const ushort SubfileTypeTag = 254, MakeTag = 271, SubDirectoriesTag = 330, DngVersionTag = 50706;
    private const uint ReducedImage = 1, ColourFilterArray = 32803, LinearRaw = 34892;

    // Where the signature stands, the signature, what it is and what to do.
    private static readonly (int At, byte[] Signature, string What, string ToDo)[] Signatures =
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

    // Raw data in the form of TIFF, whose first page is a thumbnail, if an image at all.
    private static readonly string[] RawExtensions =
    [
        ".cr2", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".dng", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".kdc", ".dcr", ".mef",
        ".mos", ".raw", ".rwl",
    ];

    // Nikon, Sony, Samsung, Kodak, Pentax.
    private static readonly uint[] RawCompressions = [34713, 32767, 32769, 32770, 65000, 65535];

    /// <returns>What it is and what to do, as it continues "not supported: "; nothing where the content says no such thing.</returns>
    internal static string? NotRead(string name, ReadOnlySpan<byte> bytes)
    {
        foreach ((int at, byte[] signature, string what, string toDo) in Signatures)
        {
            if (bytes.Length > at && bytes[at..].StartsWith(signature))
                return $"{what}; {toDo}";
        }
        if (IsoMedia.Brand(bytes) is { } brand && IsoMedia.FormatOf(bytes) is null)
            return $"a video or another file of ISO media (brand '{brand}'); save the images in it as PNG or JPEG";
        return ImageFormats.Sniff(bytes) == ImageFormat.Tiff && Raw(name, bytes) is { } camera
            ? $"camera raw data ({camera}); {Export}" : null;
    }

    private static string? Raw(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 10 && bytes[8..].StartsWith("CR"u8))
            return "Canon CR2";
        var directory = TiffDirectory.First(bytes);
        if (directory.Has(DngVersionTag))
            return "DNG";
        string extension = Path.GetExtension(name);
        if (RawExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            return extension[1..].ToUpperInvariant();
        bool isRaw = directory.Number(TiffHeader.ColoursTag) is ColourFilterArray or LinearRaw
            || RawCompressions.Contains(directory.Number(TiffHeader.CompressionTag) ?? 1)
            || directory.Number(SubfileTypeTag) == ReducedImage && directory.Has(SubDirectoriesTag) && directory.Has(MakeTag);
        return isRaw ? "in TIFF" : null;
    }
}
