using Microsoft.ML.Data;

namespace Packages.Tests.ImageAnalytics;

public sealed class MLImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlimage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("palette.png")]
    [InlineData("sixteen-bit.png")]
    [InlineData("alpha.webp")]
    [InlineData("animated.webp")]
    [InlineData("picture.gif")]
    [InlineData("transparent.gif")]
    public void A_picture_has_32_bit_pixels_whatever_the_file_holds(string name)
    {
        using MLImage image = MLImage.CreateFromFile(Fixture(name));

        Assert.Equal((24, 16, 32), (image.Width, image.Height, image.BitsPerPixel));
        Assert.Contains(image.PixelFormat, new[] { MLPixelFormat.Bgra32, MLPixelFormat.Rgba32 });
        Assert.Equal(24 * 16 * 4, image.Pixels.Length);
        Assert.Equal(24 * 16 * 3, image.GetBGRPixels.Length);
    }

    [Fact]
    public void A_stream_gives_what_the_file_gives()
    {
        using MLImage fromFile = MLImage.CreateFromFile(Fixture("plain.png"));
        using FileStream stream = File.OpenRead(Fixture("plain.png"));
        using MLImage fromStream = MLImage.CreateFromStream(stream);
        using MLImage fromMemory = MLImage.CreateFromStream(new MemoryStream(File.ReadAllBytes(Fixture("plain.png"))));

        Assert.Equal(fromFile.Pixels, fromStream.Pixels);
        Assert.Equal(fromFile.Pixels, fromMemory.Pixels);
    }

    [Fact]
    public void Colours_are_premultiplied_by_alpha()
    {
        using MLImage image = MLImage.CreateFromFile(Fixture("alpha.png"));
        int red = image.PixelFormat == MLPixelFormat.Rgba32 ? 0 : 2;
        ReadOnlySpan<byte> pixel = image.Pixels[(12 * 4)..];

        // Column 12 of the first row: red 120, alpha 132.
        Assert.Equal(132, pixel[3]);
        Assert.InRange(pixel[red], 61, 63);
    }

    [Theory]
    [InlineData(MLPixelFormat.Bgra32, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(MLPixelFormat.Rgba32, new byte[] { 3, 2, 1, 6, 5, 4 })]
    public void Pixels_given_are_pixels_had(MLPixelFormat format, byte[] bgr)
    {
        byte[] pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        using var image = MLImage.CreateFromPixels(2, 1, format, pixels);

        Assert.Equal((2, 1, format), (image.Width, image.Height, image.PixelFormat));
        Assert.Equal(pixels, image.Pixels.ToArray());
        Assert.Equal(bgr, image.GetBGRPixels);
    }

    [Theory]
    [InlineData(0, 1, MLPixelFormat.Bgra32, 4)]
    [InlineData(1, -1, MLPixelFormat.Bgra32, 4)]
    [InlineData(1, 1, MLPixelFormat.Unknown, 4)]
    [InlineData(1, 1, MLPixelFormat.Bgra32, 3)]
    public void Pixels_that_fit_no_picture_are_refused(int width, int height, MLPixelFormat format, int length) =>
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromPixels(width, height, format, new byte[length]));

    [Fact]
    public void What_is_no_picture_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromFile(null));
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromStream(null));
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromFile(Path.Combine(_folder, "missing.jpg")));
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromStream(new MemoryStream("text"u8.ToArray())));
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromStream(new MemoryStream()));
    }

    [Theory]
    [InlineData("saved.png", 0)]
    [InlineData("saved.jpg", 6)]
    [InlineData("saved.JPEG", 6)]
    public void A_saved_picture_is_the_same_again(string name, int tolerance)
    {
        string path = Path.Combine(_folder, name);
        using MLImage image = MLImage.CreateFromFile(Fixture("plain.png"));
        image.Save(path);
        using MLImage again = MLImage.CreateFromFile(path);

        byte[] before = image.GetBGRPixels, after = again.GetBGRPixels;
        // JPEG of quality 100 is off by rounding and by the chroma it halves.
        Assert.InRange(before.Zip(after, (a, b) => Math.Abs(a - b)).Average(), 0, tolerance);
    }

    [Fact]
    public void A_saved_picture_keeps_its_transparency_and_its_colour_order()
    {
        string path = Path.Combine(_folder, "half.png");
        using (var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [100, 50, 0, 128]))
            image.Save(path);
        using MLImage again = MLImage.CreateFromFile(path);

        byte[] expected = again.PixelFormat == MLPixelFormat.Rgba32 ? [100, 50, 0, 128] : [0, 50, 100, 128];
        // A level each for dividing and multiplying by alpha.
        Assert.All(expected.Zip(again.Pixels.ToArray()), pair => Assert.InRange(pair.Second - pair.First, -1, 1));
    }

    [Fact]
    public void An_unknown_extension_cannot_be_saved()
    {
        using var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255]);

        Assert.Throws<ArgumentException>(() => image.Save(Path.Combine(_folder, "picture.xyz")));
    }

    [Fact]
    public void A_disposed_picture_can_only_be_disposed_again()
    {
        var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255]);
        image.Tag = "ant";
        Assert.Equal("ant", image.Tag);

        image.Dispose();
        image.Dispose();

        Assert.Throws<InvalidOperationException>(() => image.Width);
        Assert.Throws<InvalidOperationException>(() => image.Height);
        Assert.Throws<InvalidOperationException>(() => image.PixelFormat);
        Assert.Throws<InvalidOperationException>(() => image.BitsPerPixel);
        Assert.Throws<InvalidOperationException>(() => image.Pixels.Length);
        Assert.Throws<InvalidOperationException>(() => image.GetBGRPixels);
        Assert.Throws<InvalidOperationException>(() => image.Tag);
        Assert.Throws<InvalidOperationException>(() => image.Tag = "bee");
        Assert.Throws<InvalidOperationException>(() => image.Save(Path.Combine(_folder, "late.png")));
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "ImageAnalytics", "Fixtures", name);
}
