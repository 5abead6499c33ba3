using System.Runtime.InteropServices;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using SkiaSharp;

namespace MLTransfer.Tests.Imaging.Decoding;

public class BaselineJpegTests
{
    private static readonly DecodingOptions BySkia = new() { UseBaselineJpeg = false, UseTurboJpeg = false };

    // Widths and heights around whole blocks and units, and qualities from few coefficients to many.
    [Theory]
    [InlineData(SKJpegEncoderDownsample.Downsample444)]
    [InlineData(SKJpegEncoderDownsample.Downsample422)]
    [InlineData(SKJpegEncoderDownsample.Downsample420)]
    public void Pixels_are_those_of_Skia_at_every_size(SKJpegEncoderDownsample sampling)
    {
        for (int width = 5; width <= 35; width++)
        {
            foreach (int height in (int[])[1, 2, 3, 7, 8, 9, 15, 16, 17, 18, 31, 32, 33, 50])
            {
                byte[] bytes = Encoded(width, height, sampling, quality: (width * 7 + height) % 100 + 1);
                Image expected = new EncodedImage("image", bytes).Decode(BySkia);
                using DecodedPixels? pixels = BaselineJpeg.Decode(bytes, expected.Size, new Region(0, 0, width, height));
                Assert.NotNull(pixels);
                Assert.Equal(expected.Pixels, pixels.ToImage().Pixels);
            }
        }
    }

    [Theory]
    [InlineData(SKJpegEncoderDownsample.Downsample444)]
    [InlineData(SKJpegEncoderDownsample.Downsample422)]
    [InlineData(SKJpegEncoderDownsample.Downsample420)]
    public void Every_part_has_the_pixels_of_the_whole(SKJpegEncoderDownsample sampling)
    {
        const int width = 53, height = 47;
        byte[] bytes = Encoded(width, height, sampling, quality: 90);
        Image whole = new EncodedImage("image", bytes).Decode(BySkia);
        ImageRandom random = new(1, 2, 3);
        for (int i = 0; i < 500; i++)
        {
            int x = random.Below(width), y = random.Below(height);
            Region part = new(x, y, 1 + random.Below(width - x), 1 + random.Below(height - y));
            using DecodedPixels? pixels = BaselineJpeg.Decode(bytes, whole.Size, part);
            Assert.NotNull(pixels);
            Assert.Equal(Cut(whole, part), Cut(pixels.ToImage(), part));
        }
    }

    [Fact]
    public void Gray_images_are_decoded()
    {
        byte[] bytes = Fixture.Bytes("gray.jpg");
        Image expected = new EncodedImage("gray", bytes).Decode(BySkia);
        using DecodedPixels? pixels = BaselineJpeg.Decode(bytes, expected.Size, new Region(0, 0, expected.Width, expected.Height));
        Assert.NotNull(pixels);
        Assert.Equal(expected.Pixels, pixels.ToImage().Pixels);
    }

    // Three gray blocks with restart markers between them: each begins from the middle, not from the one before.
    [Fact]
    public void Predictions_begin_again_after_a_restart_marker()
    {
        byte[] bytes = Restarting(0xD0);
        Image expected = new EncodedImage("restarts", bytes).Decode(BySkia);
        using DecodedPixels? pixels = BaselineJpeg.Decode(bytes, new ImageDimensions(24, 8), new Region(0, 0, 24, 8));
        Assert.NotNull(pixels);
        Assert.Equal(expected.Pixels, pixels.ToImage().Pixels);
        Assert.Equal(3, expected.Pixels.Distinct().Count());

        Assert.Null(BaselineJpeg.Decode(Restarting(0xD1), new ImageDimensions(24, 8), new Region(0, 0, 24, 8)));
    }

    [Theory]
    [InlineData("progressive.jpg")]
    [InlineData("arithmetic.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("ycck.jpg")]
    public void Other_kinds_are_left_to_other_codecs(string name) =>
        Assert.Null(BaselineJpeg.Decode(Fixture.Bytes(name), new(Fixture.Width, Fixture.Height), new Region(0, 0, 1, 1)));

    // Whatever part is asked for: images are accepted or refused independently of random crops.
    [Fact]
    public void Data_that_ends_below_the_needed_part_is_noticed()
    {
        byte[] whole = Encoded(64, 64, SKJpegEncoderDownsample.Downsample420, quality: 90);
        byte[] gap = [.. whole.AsSpan(0, whole.Length - 60), .. whole.AsSpan(whole.Length - 2)];
        using DecodedPixels? pixels = BaselineJpeg.Decode(whole, new(64, 64), new Region(0, 0, 4, 4));

        Assert.NotNull(pixels);
        Assert.Null(BaselineJpeg.Decode(gap, new(64, 64), new Region(0, 0, 4, 4)));
    }

    [Fact]
    public void Colors_that_are_declared_red_green_and_blue_are_left_to_other_codecs()
    {
        byte[] bytes = Encoded(16, 16, SKJpegEncoderDownsample.Downsample444, quality: 90);
        int jfif = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xE0]);
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        byte[] declared = [.. bytes.AsSpan(0, jfif), .. adobe, .. bytes.AsSpan(jfif + 18)];

        Assert.Null(BaselineJpeg.Decode(declared, new(16, 16), new Region(0, 0, 16, 16)));
    }

    private static byte[] Cut(Image image, Region part) =>
        [.. Enumerable.Range(part.Y, part.Height).SelectMany(y => image.Pixels.Skip((y * image.Width + part.X) * 3).Take(part.Width * 3))];

    private static byte[] Encoded(int width, int height, SKJpegEncoderDownsample sampling, int quality)
    {
        Image drawn = Fixture.Drawn(width, height, (x, y) =>
            ((int)(128 + 120 * Math.Sin(x / 3.0)), (int)(128 + 120 * Math.Cos(y / 5.0)), (x * 29 + y * 31 + x * y) % 256));
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] pixels = [.. drawn.Pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))];
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData encoded = pixmap.Encode(new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore));
        return encoded.ToArray();
    }

    // Codes of a single table: 0 ends a block, 10 is a number of 3 bits, 110 one of 4. Blocks of 4, 8 and -4, times a factor of 64.
    private static byte[] Restarting(byte firstMarker) =>
    [
        0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)64, 64),
        0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 24, 1, 1, 0x11, 0,
        0xFF, 0xC4, 0, 22, 0x00, 1, 1, 1, .. new byte[13], 0, 3, 4,
        0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
        0xFF, 0xDD, 0, 4, 0, 1,
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,
        0b10_100_0_11, 0xFF, firstMarker, 0b110_1000_0, 0xFF, (byte)(firstMarker + 1), 0b10_011_0_11, 0xFF, 0xD9,
    ];
}
