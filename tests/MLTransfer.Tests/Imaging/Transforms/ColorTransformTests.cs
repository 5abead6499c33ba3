using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class ColorTransformTests
{
    [Fact]
    public void Jitter_covers_its_factors_evenly()
    {
        // A gray of 100 becomes 100 times the brightness factor.
        ColorJitter jitter = new(brightness: 0.4);
        int[] levels = [.. Levels(jitter, 100, 4000)];

        Assert.InRange(levels.Min(), 60, 61);
        Assert.InRange(levels.Max(), 138, 140);
        // The mean of a uniform distribution from 60 to 140, half a level cut off; five standard deviations are 1.8.
        Assert.InRange(levels.Average(), 97.7, 101.3);
        Assert.InRange(levels.Count(level => level < 80), 875, 1125);
    }

    [Fact]
    public void A_factor_of_more_than_1_reaches_down_to_nothing_only() =>
        Assert.Equal(new Interval(0, 2.5), new ColorJitter(contrast: 1.5).Contrast);

    [Fact]
    public void Jitter_without_amounts_changes_nothing()
    {
        Image image = Fixture.Shown();
        ImageRandom random = new(0, 0, 0);

        Assert.Equal(image.Pixels, new ColorJitter().Apply(image, ref random).Pixels);
    }

    [Fact]
    public void Jitter_goes_through_all_orders()
    {
        // Of levels 0 and 200 the mean is 100; twice as light they are 0 and 255, of which it is 128.
        ColorJitter jitter = new() { Brightness = new Interval(2, 2), Contrast = new Interval(0, 0) };
        Image image = Fixture.Drawn(2, 1, (x, _) => (x * 200, x * 200, x * 200));
        var results = Enumerable.Range(0, 1000).Select(index => (int)Applied(jitter, image, index).Pixels[0]).CountBy(level => level)
            .ToDictionary();

        Assert.Equal([128, 200], results.Keys.Order());
        Assert.All(results.Values, count => Assert.InRange(count, 420, 580));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void A_transform_happens_as_often_as_it_is_asked_to(double probability)
    {
        int inverted = Levels(new RandomInvert(probability), 0, 1000).Count(level => level == 255);

        // Five standard deviations of the binomial distribution are 72 at most.
        Assert.InRange(inverted, probability is 1 ? 1000 : probability * 1000 - 72, probability is 0 ? 0 : probability * 1000 + 72);
    }

    [Fact]
    public void Blur_of_an_image_smaller_than_its_kernel_keeps_its_mean()
    {
        ImageRandom random = new(0, 0, 0);
        Image blurred = new GaussianBlur(15) { Sigma = new Interval(50, 50) }
            .Apply(Fixture.Drawn(2, 2, (x, y) => (x * 100, y * 100, 70)), ref random);

        // 15 of 2 mirrored columns or rows: one is seen 8 times and the other 7, so that the mean lies at 47 or 53.
        Assert.All(Enumerable.Range(0, 4), i => Assert.InRange(blurred.Pixels[i * 3], 46, 54));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(70, blurred.Pixels[i * 3 + 2]));
    }

    private static IEnumerable<int> Levels(ImageTransform transform, int level, int images) =>
        Enumerable.Range(0, images).Select(
            index => (int)Applied(transform, Fixture.Drawn(1, 1, (_, _) => (level, level, level)), index).Pixels[0]);

    private static Image Applied(ImageTransform transform, Image image, int index)
    {
        ImageRandom random = new(3, 1, index);
        return transform.Apply(image, ref random);
    }
}
