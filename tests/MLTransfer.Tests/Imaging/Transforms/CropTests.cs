using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class CropTests
{
    [Fact]
    public void A_random_crop_stays_in_the_image_and_has_the_areas_and_shapes_asked_for()
    {
        RandomResizedCrop crop = new(224) { Scale = new Interval(0.25, 0.75) };
        for (int index = 0; index < 2000; index++)
        {
            ImageRandom random = new(7, 0, index);
            Region part = crop.ChooseRegion(new ImageDimensions(500, 375), ref random);

            Assert.True(new Region(0, 0, 500, 375).Contains(part), $"{part}");
            // One pixel more or less on either side changes area and shape by up to 1 %.
            Assert.InRange(part.Width * part.Height / (500 * 375.0), 0.247, 0.757);
            Assert.InRange((double)part.Width / part.Height, 0.74, 1.35);
        }
    }

    [Fact]
    public void Random_crops_cover_the_whole_image_evenly()
    {
        RandomResizedCrop crop = new(224);
        double x = 0, area = 0;
        for (int index = 0; index < 4000; index++)
        {
            ImageRandom random = new(1, 2, index);
            Region part = crop.ChooseRegion(new ImageDimensions(400, 400), ref random);
            x += part.X + part.Width / 2.0;
            area += part.Width * part.Height / 160_000.0;
        }

        // The center lies in the middle on average. Areas average what torchvision's do (0.478 over 8,000): large ones often do not fit.
        Assert.InRange(x / 4000, 195, 205);
        Assert.InRange(area / 4000, 0.46, 0.49);
    }

    [Theory]
    [InlineData(1000, 10, 493, 0, 13, 10)]
    [InlineData(10, 1000, 0, 493, 10, 13)]
    [InlineData(1, 1, 0, 0, 1, 1)]
    public void An_image_too_narrow_for_every_attempt_gives_its_center(int width, int height, int x, int y, int partWidth, int partHeight)
    {
        RandomResizedCrop crop = new(224) { Scale = new Interval(0.9, 1) };
        ImageRandom random = new(0, 0, 0);

        Assert.Equal(new Region(x, y, partWidth, partHeight), crop.ChooseRegion(new ImageDimensions(width, height), ref random));
    }

    [Fact]
    public void Every_second_image_is_mirrored()
    {
        Image image = Fixture.Drawn(2, 1, (x, _) => (x, x, x));
        int mirrored = 0;
        for (int index = 0; index < 1000; index++)
        {
            ImageRandom random = new(3, 0, index);
            mirrored += new RandomHorizontalFlip().Apply(image, ref random).Pixels[0];
        }

        // 500 expected; four standard deviations of the binomial distribution are 63.
        Assert.InRange(mirrored, 437, 563);
    }

    [Fact]
    public void Transforms_done_at_once_give_what_they_give_one_after_another()
    {
        Image image = Fixture.Drawn(61, 47, (x, y) => (x * 4, y * 5, x * y % 256));
        ImageTransform[] transforms =
            [new Resize(40), new RandomVerticalFlip(1), new CenterCrop(33, 50), new RandomHorizontalFlip(1), new Pad(3, 0, 1, 2),
                new CenterCrop(20),
                new CenterCrop(30), new Resize(13), new RandomHorizontalFlip(1), new RandomVerticalFlip(1), new RandomCrop(24, 4),
                new RandomResizedCrop(16)];
        ImageRandom together = new(5, 0, 0), alone = new(5, 0, 0);

        Image atOnce = TransformPipeline.Apply(transforms, new DecodedPixels(image), ref together);
        foreach (ImageTransform transform in transforms)
            image = transform.Apply(image, ref alone);

        Assert.Equal((image.Width, image.Height), (atOnce.Width, atOnce.Height));
        // Mirroring before or after resampling rounds the fixed-point weights differently: a level at most.
        Assert.InRange(PixelDifference.Between(image.Pixels, atOnce.Pixels).Largest, 0, 1);
    }

    [Fact]
    public void A_padded_random_crop_lies_everywhere_equally_often_with_black_where_the_image_ends()
    {
        // Each pixel tells its own place: red is x + 1, green y + 1, and black the border.
        Image image = Fixture.Drawn(8, 8, (x, y) => (x + 1, y + 1, 1));
        var places = new Dictionary<(int, int), int>();
        for (int index = 0; index < 2500; index++)
        {
            ImageRandom random = new(1, 1, index);
            Image cut = new RandomCrop(8, padding: 2).Apply(image, ref random);
            (int x, int y) = (cut.Pixels[(4 * 8 + 4) * 3] - 5, cut.Pixels[(4 * 8 + 4) * 3 + 1] - 5);
            places[(x, y)] = places.GetValueOrDefault((x, y)) + 1;
            Assert.Equal(Math.Max(0, -x) * 8 + Math.Max(0, x) * 8,
                Enumerable.Range(0, 64).Count(pixel => cut.Pixels[pixel * 3] == 0) - Math.Abs(y) * (8 - Math.Abs(x)));
        }

        // 25 places, 100 times each; five standard deviations of the binomial distribution are 49.
        Assert.Equal(25, places.Count);
        Assert.All(places.Values, count => Assert.InRange(count, 51, 149));
    }

    [Fact]
    public void A_random_crop_larger_than_the_image_shows_all_of_it()
    {
        ImageRandom random = new(0, 0, 0);
        Image cut = new RandomCrop(6).Apply(Fixture.Drawn(3, 2, (_, _) => (9, 9, 9)), ref random);

        Assert.Equal((6, 6), (cut.Width, cut.Height));
        Assert.Equal(6, cut.Pixels.Count(color => color == 9) / 3);
    }

    [Fact]
    public void A_random_resized_crop_after_a_border_draws_the_same_random_numbers_as_alone()
    {
        Pad pad = new(0, 0, 20, 20);
        RandomResizedCrop crop = new(8);
        Image image = Fixture.Drawn(30, 30, (x, y) => (8 * x, 8 * y, 200));
        for (int index = 0; index < 50; index++)
        {
            ImageRandom together = new(1, 0, index), apart = new(1, 0, index);
            using DecodedPixels pixels = new(image);

            Assert.Equal(
                crop.Apply(pad.Apply(image, ref apart), ref apart).Pixels,
                TransformPipeline.Apply([pad, crop], pixels, ref together).Pixels);
        }
    }

    [Fact]
    public void A_single_pixel_fills_any_size()
    {
        ImageRandom random = new(0, 0, 0);

        Assert.All(new Resize(9).Apply(Fixture.Drawn(1, 1, (_, _) => (200, 200, 200)), ref random).Pixels,
            color => Assert.Equal(200, color));
    }
}
