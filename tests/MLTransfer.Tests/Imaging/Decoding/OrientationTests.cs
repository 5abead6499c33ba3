using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Transforms;
using SkiaSharp;

namespace MLTransfer.Tests.Imaging.Decoding;

public class OrientationTests
{
    // Two rows of three pixels, stored 1 2 3 / 4 5 6, and how EXIF's eight values show them.
    [Theory]
    [InlineData(1, "123 456")]
    [InlineData(2, "321 654")]
    [InlineData(3, "654 321")]
    [InlineData(4, "456 123")]
    [InlineData(5, "14 25 36")]
    [InlineData(6, "41 52 63")]
    [InlineData(7, "63 52 41")]
    [InlineData(8, "36 25 14")]
    public void Pixels_are_turned_and_mirrored_as_asked(int orientation, string shown)
    {
        uint[] target = new uint[6];
        ExifOrientation.Apply((SKEncodedOrigin)orientation, [1, 2, 3, 4, 5, 6], 3, 2, target);

        Assert.Equal(shown.Replace(" ", ""), string.Concat(target));
        Assert.Equal(shown.IndexOf(' '), ExifOrientation.SizeShown((SKEncodedOrigin)orientation, new(3, 2)).Width);
    }

    [Theory]
    [InlineData("turned.png", 0)]
    [InlineData("turned.webp", 0)]
    [InlineData("turned.tif", 0)]
    [InlineData("turned.jpg", 4)]
    public void An_image_is_turned_as_its_file_asks_unless_told_otherwise(string name, double tolerance)
    {
        Image turned = Fixture.Drawn(Fixture.Height, Fixture.Width,
            (x, y) => (10 * y, 15 * (Fixture.Height - 1 - x), 6 * (y + Fixture.Height - 1 - x)));
        Image oriented = Fixture.Decode(name),
            stored = new FileImage(Fixture.PathOf(name)).Decode(new DecodingOptions { ApplyOrientation = false });

        Assert.Equal((Fixture.Height, Fixture.Width), (oriented.Width, oriented.Height));
        Assert.Equal((Fixture.Width, Fixture.Height), (stored.Width, stored.Height));
        Assert.InRange(PixelDifference.Between(turned.Pixels, oriented.Pixels).Mean, 0, tolerance);
        Assert.InRange(PixelDifference.Between(Fixture.Shown().Pixels, stored.Pixels).Mean, 0, tolerance);
    }

    [Fact]
    public void Transparent_parts_appear_on_the_background_that_was_asked_for()
    {
        Image onBlue = new FileImage(Fixture.PathOf("alpha.png")).Decode(new DecodingOptions { Background = new Color(0, 0, 255) });
        Image expected = Fixture.Drawn(
            Fixture.Width, Fixture.Height, (x, y) => (On(10 * x, 0, x), On(15 * y, 0, x), On(6 * (x + y), 255, x)));

        Assert.InRange(PixelDifference.Between(expected.Pixels, onBlue.Pixels).Largest, 0, 1);

        static int On(int color, int behind, int x) => (int)Math.Round((color * 11.0 * x + behind * (255 - 11.0 * x)) / 255);
    }
}
