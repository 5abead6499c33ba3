using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class NeededPixelsTests
{
    private const byte Unneeded = 0xAB;
    private static readonly ImageDimensions Size = new(61, 43);

    public static TheoryData<ImageTransform[]> Pipelines =>
    [
        [new RandomResizedCrop(20), new RandomHorizontalFlip()],
        [new RandomResizedCrop(90) { Interpolation = Interpolation.Bicubic }, new RandomVerticalFlip()],
        [new RandomResizedCrop(20) { Interpolation = Interpolation.Nearest }],
        [new Resize(32), new CenterCrop(20)],
        [new Resize(200, 90, Interpolation.Bicubic), new RandomCrop(40)],
        [new CenterCrop(25), new Resize(70, Interpolation.Bicubic)],
        [new CenterCrop(100)],
        [new RandomCrop(30, padding: 40)],
        [new RandomResizedCrop(20), new ColorJitter(brightness: 0.5)],
        [new ColorJitter(brightness: 0.5), new RandomResizedCrop(20)],
        [new RandomRotation(20), new CenterCrop(10)],
        [new RandomHorizontalFlip(1)],
    ];

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Nothing_else_of_the_image_is_read(ImageTransform[] transforms)
    {
        for (int epoch = 0; epoch < 50; epoch++)
        {
            ImageRandom random = new(1, epoch, 0), again = random;
            Image image = Fixture.Drawn(Size.Width, Size.Height, (x, y) => (x * 4, y * 5, (x * y) % 256));
            Region part = new NeededPixels(transforms, random).Part(Size);
            using DecodedPixels whole = new(image), needed = new(Without(image, part));

            byte[] expected = TransformPipeline.Apply(transforms, whole, ref random).Pixels;
            Assert.Equal(expected, TransformPipeline.Apply(transforms, needed, ref again).Pixels);
        }
    }

    [Fact]
    public void Little_more_than_a_crop_is_needed()
    {
        Assert.Equal(new Region(18, 9, 25, 25), new NeededPixels([new CenterCrop(25), new Resize(90)], default).Part(Size));
        Assert.InRange(new NeededPixels([new Resize(43), new CenterCrop(20), new Resize(10)], default).Part(Size).Width, 20, 26);
    }

    [Fact]
    public void All_of_an_image_is_needed_where_nothing_is_known() =>
        Assert.Equal(new Region(0, 0, Size.Width, Size.Height), default(NeededPixels).Part(Size));

    private static Image Without(Image image, Region part)
    {
        byte[] pixels = [.. image.Pixels];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int x, int y) = (i / 3 % image.Width, i / 3 / image.Width);
            if (!part.Contains(new Region(x, y, 1, 1)))
                pixels[i] = Unneeded;
        }
        return new Image(image.Width, image.Height, pixels);
    }
}
