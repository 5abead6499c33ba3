using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Tests.Imaging.Decoding;

public class JpegCheckTests
{
    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("ycck.jpg")]
    [InlineData("gray.jpg")]
    [InlineData("turned.jpg")]
    [InlineData("arithmetic.jpg")]
    public void Nothing_is_missing_from_a_whole_image(string name) => JpegCheck.ThrowIfPixelsAreMissing(Fixture.Bytes(name));

    // Both ways of decoding must tell: libjpeg-turbo by its warnings, Skia by the walk before it.
    [Theory]
    [InlineData("baseline.jpg", true)]
    [InlineData("baseline.jpg", false)]
    [InlineData("progressive.jpg", true)]
    [InlineData("progressive.jpg", false)]
    [InlineData("gray.jpg", true)]
    [InlineData("gray.jpg", false)]
    public void An_image_that_lost_a_part_before_its_end_is_damaged(string name, bool turbo)
    {
        byte[] whole = Fixture.Bytes(name);
        int scan = whole.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        byte[] gap = [.. whole.AsSpan(0, Math.Max(scan, whole.Length - 60)), .. whole.AsSpan(whole.Length - 2)];

        DecodingOptions options = new() { UseTurboJpeg = turbo };
        ImageException exception = Assert.Throws<ImageException>(() => new EncodedImage("gap", gap).Decode(options));
        Assert.Contains("JPEG data is damaged", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bits_that_are_no_code_are_damage()
    {
        byte[] bytes = Fixture.Bytes("baseline.jpg");
        int scan = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        for (int i = scan + 2; i < bytes.Length - 4; i += 2)
            (bytes[i], bytes[i + 1]) = (0xFF, 0);

        string complaint = Assert.Throws<ArgumentException>(() => JpegCheck.ThrowIfPixelsAreMissing(bytes)).Message;
        Assert.Contains("no code", complaint, StringComparison.Ordinal);
    }
}
