using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

public sealed class DecodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // One gray level: codecs either cut 16 bits to 8 or round them.
    [Theory]
    [InlineData("plain.png", 0)]
    [InlineData("interlaced.png", 0)]
    [InlineData("sixteen-bit.png", 1)]
    [InlineData("lossless.webp", 0)]
    [InlineData("image.bmp", 0)]
    [InlineData("image.tif", 0)]
    [InlineData("plain.ppm", 0)]
    public void A_lossless_image_decodes_to_its_pixels(string name, int tolerance)
    {
        Image image = Fixture.Decode(name);

        Assert.Equal((Fixture.Width, Fixture.Height), (image.Width, image.Height));
        Assert.InRange(PixelDifference.Between(Fixture.Shown().Pixels, image.Pixels).Largest, 0, tolerance);
    }

    // How much the compression itself costs, in mean gray levels, with some room.
    [Theory]
    [InlineData("baseline.jpg", 4)]
    [InlineData("progressive.jpg", 4)]
    [InlineData("cmyk.jpg", 4)]
    [InlineData("image.gif", 4)]
    [InlineData("ycck.jpg", 4)]
    [InlineData("arithmetic.jpg", 4)]
    [InlineData("lossy.webp", 4)]
    public void A_lossy_image_decodes_to_nearly_its_pixels(string name, double tolerance) =>
        Assert.InRange(PixelDifference.Between(Fixture.Shown().Pixels, Fixture.Decode(name).Pixels).Mean, 0, tolerance);

    [Fact]
    public void A_palette_becomes_its_colors()
    {
        Image expected = Fixture.Drawn(Fixture.Width, Fixture.Height, (x, y) => (x / 8 * 80, y / 8 * 120, 60));

        Assert.Equal(expected.Pixels, Fixture.Decode("palette.png").Pixels);
    }

    [Fact]
    public void A_progressive_JPEG_has_the_pixels_of_the_baseline_one() =>
        Assert.Equal(Fixture.Decode("baseline.jpg").Pixels, Fixture.Decode("progressive.jpg").Pixels);

    // Luminance by ITU-R BT.601; 3 levels for the JPEG, 1 for the rounding of the PNG.
    [Theory]
    [InlineData("gray.jpg", 3)]
    [InlineData("gray.png", 1)]
    public void A_gray_image_becomes_three_equal_colors(string name, int tolerance)
    {
        Image expected = Fixture.Drawn(Fixture.Width, Fixture.Height, (x, y) =>
            (int)(0.299 * 10 * x + 0.587 * 15 * y + 0.114 * 6 * (x + y) + 0.5) is var gray ? (gray, gray, gray) : default);

        Assert.InRange(PixelDifference.Between(expected.Pixels, Fixture.Decode(name).Pixels).Largest, 0, tolerance);
    }

    [Fact]
    public void Sixteen_bit_gray_keeps_its_upper_eight_bits()
    {
        Image expected = Fixture.Drawn(Fixture.Width, Fixture.Height, (x, _) => (10 * x, 10 * x, 10 * x));

        Assert.InRange(PixelDifference.Between(expected.Pixels, Fixture.Decode("sixteen-bit-gray.png").Pixels).Largest, 0, 1);
    }

    [Fact]
    public void An_image_of_two_colors_is_black_and_white() =>
        Assert.Equal([0, 255], Fixture.Decode("bilevel.png").Pixels.Distinct().Order().ToArray());

    // Two roundings, of the multiplication by alpha and of the sum with white.
    [Theory]
    [InlineData("alpha.png")]
    [InlineData("alpha.webp")]
    public void Transparent_parts_appear_on_white(string name)
    {
        Image expected = Fixture.Drawn(
            Fixture.Width, Fixture.Height, (x, y) => (OnWhite(10 * x, x), OnWhite(15 * y, x), OnWhite(6 * (x + y), x)));

        Assert.InRange(PixelDifference.Between(expected.Pixels, Fixture.Decode(name).Pixels).Largest, 0, 1);

        static int OnWhite(int color, int x) => (int)Math.Round((color * 11.0 * x + 255 * (255 - 11.0 * x)) / 255);
    }

    [Fact]
    public void A_transparent_color_of_a_palette_appears_on_white() =>
        Assert.Contains(Fixture.Decode("palette-transparent.png").Pixels.Chunk(3), pixel => pixel.All(color => color == 255));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20_000, 40)]
    [InlineData(3, 20_000)]
    public void An_image_of_unusual_size_is_read_and_cut_to_size(int width, int height)
    {
        string path = _folder.PathOf("unusual.png");
        Image shown = Fixture.Drawn(width, height, (x, y) => (x % 251, y % 241, 7));
        byte[] pixels = [.. shown.Pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))];
        using (var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels))
            image.Save(path);

        Assert.Equal(shown.Pixels, new FileImage(path).Decode().Pixels);
        ImageBatch batch = ImageBatch.LoadOne(new FileImage(path), Preprocessing.ImageNet.EvaluationTransforms());
        Assert.Equal((224, 224, 1), (batch.Width, batch.Height, batch.Count));
        Assert.All(batch.Pixels.Where((_, i) => i % 3 == 2), blue => Assert.Equal(7, blue));
    }

    [Theory]
    [InlineData("Ämeise und Biene.png")]
    [InlineData("蟻と蜂.png")]
    [InlineData("муравей 🐜.png")]
    public void A_name_beyond_ASCII_is_a_name_like_any_other(string name) =>
        Assert.Equal(Fixture.Shown().Pixels, new FileImage(_folder.Write(name, Fixture.Bytes("plain.png"))).Decode().Pixels);

    [Fact]
    public void The_content_decides_not_the_extension() =>
        Assert.Equal(Fixture.Shown().Pixels, new FileImage(_folder.Write("really-a-png.jpg", Fixture.Bytes("plain.png"))).Decode().Pixels);

    [Fact]
    public void Bytes_in_memory_decode_as_the_file_does()
    {
        byte[] bytes = Fixture.Bytes("baseline.jpg");
        EncodedImage inMemory = new("upload", bytes), withinMore = new("upload", new byte[] { 1, 2 }.Concat(bytes).ToArray().AsMemory(2));

        Assert.Equal(Fixture.Decode("baseline.jpg").Pixels, inMemory.Decode().Pixels);
        Assert.Equal(Fixture.Decode("baseline.jpg").Pixels, withinMore.Decode().Pixels);
        Assert.Equal(new FileImage(Fixture.PathOf("baseline.jpg")).ContentHash(), inMemory.ContentHash());
    }

    [Fact]
    public void A_path_bytes_and_pixels_are_sources_of_the_same_image()
    {
        string path = Fixture.PathOf("plain.png");
        ImageSource file = ImageSource.FromPath(path), bytes = ImageSource.FromBytes(Fixture.Bytes("plain.png"), "upload"),
            pixels = ImageSource.FromImage(Fixture.Shown(), "drawn");

        Assert.Equal([path, "upload", "drawn"], new[] { file.Name, bytes.Name, pixels.Name });
        Assert.All([file, bytes, pixels], source => Assert.Equal(Fixture.Shown().Pixels, source.Decode().Pixels));
        Assert.Equal("image", ImageSource.FromBytes(new byte[1]).Name);
    }

    [Fact]
    public void The_hash_of_decoded_images_tells_sizes_and_pixels_apart()
    {
        DecodedImage lying = new("a", Fixture.Drawn(2, 1, (_, _) => (1, 2, 3))),
            standing = new("a", Fixture.Drawn(1, 2, (_, _) => (1, 2, 3)));

        Assert.NotEqual(lying.ContentHash(), standing.ContentHash());
        Assert.Equal(lying.ContentHash(), (lying with { }).ContentHash());
    }
}
