using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

public sealed class BadImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_image_that_is_too_large_is_refused_from_its_header()
    {
        const string reason = "it declares 50000 x 50000 pixels; more than 536,870,897 are never read, to protect memory; make it smaller";
        string path = Fixture.PathOf("bomb.png");
        ImageException exception = Assert.Throws<ImageException>(() => new FileImage(path).Decode());

        Assert.Equal((path, reason), (exception.Name, exception.Reason));
        Assert.Equal($"{path}: {reason}", exception.Message);
    }

    [Fact]
    public void An_image_of_a_format_that_is_not_read_says_what_it_is() =>
        Assert.Equal("not supported: a JPEG 2000 image; convert it to PNG or JPEG", ReasonOf([0, 0, 0, 12, .. "jP  "u8, 13, 10, 0x87, 10]));

    [Fact]
    public void An_empty_file_is_called_empty() => Assert.Equal("it is empty (0 bytes)", ReasonOf(""u8));

    [Fact]
    public void A_text_called_jpg_is_called_a_text() =>
        Assert.Equal(
            "it is not an image: it begins with the text \"Not found\"; JPEG, PNG, WebP, BMP, GIF, TIFF and Netpbm are read, "
            + "and HEIC, AVIF and JPEG XL where libheif and libjxl are installed", ReasonOf("Not found"u8));

    [Fact]
    public void Unknown_bytes_are_shown() =>
        Assert.StartsWith("it is not an image: it begins with the bytes 00010203040506FF;", ReasonOf([0, 1, 2, 3, 4, 5, 6, 255, 8]));

    [Fact]
    public void A_missing_file_and_a_folder_are_told_apart()
    {
        Assert.Equal("there is no such file", Assert.Throws<ImageException>(() => new FileImage(_folder.PathOf("no.jpg")).Decode()).Reason);
        Assert.Equal("it is a folder, not an image", Assert.Throws<ImageException>(() => new FileImage(_folder.Path).Decode()).Reason);
        Assert.Equal("there is no such file",
            Assert.Throws<ImageException>(() => new FileImage(_folder.PathOf("no.jpg")).ContentHash()).Reason);
    }

    [Fact]
    public void A_limit_of_pixels_or_bytes_is_checked_before_anything_is_decoded()
    {
        FileImage image = new(Fixture.PathOf("plain.png"));

        Assert.Equal(
            "it declares 24 x 16 pixels; at most 383 are read, to protect memory (--max-pixels allows more; MaximumPixels in code)",
            ReasonOf(new ImageLimits { Pixels = 383 }));
        Assert.Equal("it has 91 bytes; at most 90 are read, to protect memory", ReasonOf(new ImageLimits { EncodedBytes = 90 }));
        Assert.Equal(new ImageDimensions(24, 16), SizeOf(new ImageLimits { Pixels = long.MaxValue, EncodedBytes = long.MaxValue }));

        string ReasonOf(ImageLimits limits) =>
            Assert.Throws<ImageException>(() => image.Decode(new DecodingOptions { Limits = limits })).Reason;

        ImageDimensions SizeOf(ImageLimits limits)
        {
            Image decoded = image.Decode(new DecodingOptions { Limits = limits });
            return new(decoded.Width, decoded.Height);
        }
    }

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("plain.png")]
    [InlineData("interlaced.png")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    [InlineData("alpha.webp")]
    [InlineData("animated.webp")]
    [InlineData("ycck.jpg")]
    [InlineData("arithmetic.jpg")]
    [InlineData("image.gif")]
    [InlineData("image.bmp")]
    [InlineData("plain.ppm")]
    public void An_image_cut_short_anywhere_is_never_half_an_image(string name)
    {
        byte[] whole = Fixture.Bytes(name);
        // Behind the first frame of a GIF is only its trailer, behind the pixels of a PNG checksums and the chunk that ends it.
        int needed = whole.Length - Path.GetExtension(name) switch { ".gif" => 1, ".png" => 21, _ => 0 };
        for (int length = 0; length < needed; length++)
            Assert.Throws<ImageException>(() => new EncodedImage("cut", whole.AsMemory(0, length)).Decode());
        EncodedImage nearly = new("cut", whole.AsMemory(0, needed - 2));
        ImageException exception = Assert.Throws<ImageException>(() => nearly.Decode());
        Assert.Contains("cut short", exception.Reason, StringComparison.Ordinal);
    }

    // Whatever a byte becomes, the result is an image or an ImageException, never another exception and never the end of the process.
    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("interlaced.png")]
    [InlineData("palette-transparent.png")]
    [InlineData("lossy.webp")]
    [InlineData("alpha.webp")]
    [InlineData("animated.webp")]
    [InlineData("ycck.jpg")]
    [InlineData("arithmetic.jpg")]
    [InlineData("image.gif")]
    [InlineData("image.bmp")]
    [InlineData("image.tif")]
    [InlineData("jpeg.tif")]
    [InlineData("lzw.tif")]
    [InlineData("tiled.tif")]
    [InlineData("plain.ppm")]
    [InlineData("text.pgm")]
    public void A_changed_byte_never_does_harm(string name)
    {
        byte[] bytes = Fixture.Bytes(name);
        DecodingOptions options = new() { Limits = new() { Pixels = 1 << 20 } };
        for (int i = 0; i < bytes.Length; i++)
        {
            byte original = bytes[i];
            foreach (byte change in (byte[])[0x00, 0xFF, (byte)(original + 1), (byte)(original ^ 0x80)])
            {
                bytes[i] = change;
                try
                {
                    new EncodedImage("changed", bytes).Decode(options);
                }
                catch (ImageException exception)
                {
                    Assert.NotEmpty(exception.Reason);
                }
            }
            bytes[i] = original;
        }
    }

    private string ReasonOf(ReadOnlySpan<byte> content)
    {
        string path = _folder.Write("image.jpg", content);
        return Assert.Throws<ImageException>(() => new FileImage(path).Decode()).Reason;
    }
}
