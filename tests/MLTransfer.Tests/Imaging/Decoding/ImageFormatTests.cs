using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

public class ImageFormatTests
{
    private const string Export = "; export it as JPEG, PNG or TIFF with a raw converter";

    public static TheoryData<string, string, byte[]> NotRead => new()
    {
        { "a JPEG 2000 image; convert it to PNG or JPEG", "x.jp2", [0, 0, 0, 12, .. "jP  "u8] },
        { "a JPEG 2000 image; convert it to PNG or JPEG", "x.j2k", [0xFF, 0x4F, 0xFF, 0x51, 0, 0] },
        { "a BigTIFF image", "x.tif", [.. "II+\0"u8, 8, 0, 0, 0] },
        { "a PAM image", "x.pam", [.. "P7\nWIDTH 1"u8] },
        { "a PFM image of floating-point numbers", "x.pfm", [.. "PF\n1 1\n-1\n"u8] },
        { "a Photoshop document", "x.psd", [.. "8BPS\0\x01"u8] },
        { "a video or another file of ISO media (brand 'isom')", "x.mp4", [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0] },
        { "camera raw data (Canon CR2)" + Export, "x.tif", [.. "II*\0\x10\0\0\0CR\x02\0"u8] },
        { "camera raw data (CR2)" + Export, "IMG_1.CR2", [.. "II*\0"u8, .. new byte[20]] },
        { "camera raw data (NEF)" + Export, "x.nef", SmallTiff.Of(1, 1, 3, 8, new byte[3]) },
        { "camera raw data (ARW)" + Export, "x.ARW", SmallTiff.Of(1, 1, 3, 8, new byte[3]) },
        { "camera raw data (DNG)" + Export, "x.tif", SmallTiff.Of(1, 1, 3, 8, new byte[3], (50706, [0x0401])) },
        { "camera raw data (in TIFF)" + Export, "x.tif", SmallTiff.Of(1, 1, 1, 16, new byte[2], (262, [32803])) },
        { "camera raw data (in TIFF)" + Export, "x.tif", SmallTiff.Of(1, 1, 3, 8, new byte[3], (254, [1]), (271, [0]), (330, [8])) },
        { "camera raw data (Canon CR3)" + Export, "x.cr3", [0, 0, 0, 16, .. "ftypcrx "u8, 0, 0, 0, 0] },
        { "camera raw data (Fujifilm RAF)" + Export, "x.raf", [.. "FUJIFILMCCD-RAW 0201"u8] },
        { "camera raw data (Panasonic RW2)" + Export, "x.rw2", [.. "IIU\0\x18\0\0\0"u8] },
        { "a JPEG image with lossless compression", "x.jpg", Jpeg(0xC3, 8, 3) },
        { "a JPEG image with JPEG-LS compression", "x.jls", Jpeg(0xF7, 8, 3) },
        { "a JPEG image of 12 bits a color", "x.jpg", Jpeg(0xC1, 12, 3) },
        { "a JPEG image of 2 colors", "x.jpg", Jpeg(0xC0, 8, 2) },
        { "a BMP image of 2 bits a pixel", "x.bmp", Bmp(2, 0) },
        { "a BMP image compressed by method 4", "x.bmp", Bmp(24, 4) },
        { "a PNG image in the form that Xcode makes for iPhones", "x.png",
        [0x89, .. "PNG\r\n\u001A\n\0\0\0\u0004CgBI"u8, .. new byte[40]] },
    };

    [Theory, MemberData(nameof(NotRead))]
    public void What_is_known_but_not_read_is_named_with_what_to_do(string kind, string name, byte[] content) =>
        Assert.StartsWith($"not supported: {kind}", ReasonOf(name, content), StringComparison.Ordinal);

    [Fact]
    public void The_main_brand_or_a_compatible_one_tells_AVIF_from_HEIC()
    {
        Assert.Equal(ImageFormat.Avif, ImageFormats.Sniff([0, 0, 0, 20, .. "ftypmif1"u8, 0, 0, 0, 0, .. "avif"u8]));
        Assert.Equal(ImageFormat.Heic, ImageFormats.Sniff([0, 0, 0, 20, .. "ftypmif1"u8, 0, 0, 0, 0, .. "heic"u8]));
        Assert.Equal(ImageFormat.JpegXl, ImageFormats.Sniff([0xFF, 0x0A, 0, 0]));
        Assert.Equal(ImageFormat.JpegXl, ImageFormats.Sniff([0, 0, 0, 12, .. "JXL "u8, 13, 10, 0x87, 10]));
    }

    [NeedsSharedFact("cases/mix")]
    public void Of_a_mixed_folder_what_is_read_is_read_and_the_rest_is_named()
    {
        Assert.Equal(300, new FileImage(SharedFolder.PathOf("cases/mix/a/j0.jfif")).Decode().Width);
        Assert.Contains("a JPEG 2000 image", ReasonOfFile("cases/mix/a/x0.jp2"), StringComparison.Ordinal);
        Assert.Contains("camera raw data (CR2)", ReasonOfFile("cases/mix/a/r0.CR2"), StringComparison.Ordinal);
    }

    private static string ReasonOfFile(string shared) => ReasonOf(shared, File.ReadAllBytes(SharedFolder.PathOf(shared)));

    private static string ReasonOf(string name, byte[] content) =>
        Assert.Throws<ImageException>(() => new EncodedImage(name, content).Decode()).Reason;

    private static byte[] Jpeg(byte frame, byte bits, byte components) =>
        [0xFF, 0xD8, 0xFF, frame, 0, (byte)(8 + 3 * components), bits, 0, 1, 0, 1, components, .. new byte[3 * components], 0xFF, 0xD9];

    private static byte[] Bmp(byte bits, byte compression) =>
        [.. "BM"u8, .. new byte[8], 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, bits, 0, compression, .. new byte[27]];
}
