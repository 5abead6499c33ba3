using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformGroupTests
{
    private static readonly RandomInvert Invert = new(1);

    [Fact]
    public void A_choice_follows_its_weights()
    {
        RandomChoice choice = new([Invert, new RandomPosterize(1, 1), new Grayscale()], [1, 0, 3]);
        var levels = Levels(choice, 30).CountBy(level => level).ToDictionary();

        Assert.Equal([30, 225], levels.Keys.Order());
        Assert.InRange(levels[225], 170, 330);
    }

    [Fact]
    public void A_choice_without_weights_is_even()
    {
        var levels = Levels(new RandomChoice([Invert, new Grayscale()]), 30).CountBy(level => level).ToDictionary();

        Assert.All(levels.Values, count => Assert.InRange(count, 420, 580));
    }

    [Fact]
    public void An_order_is_any_of_the_possible_ones()
    {
        // 30 inverted is 225, whose first bit is 128; the first bit of 30 is 0, inverted 255.
        var levels = Levels(new RandomOrder([Invert, new RandomPosterize(1, 1)]), 30).CountBy(level => level).ToDictionary();

        Assert.Equal([128, 255], levels.Keys.Order());
        Assert.All(levels.Values, count => Assert.InRange(count, 420, 580));
    }

    [Fact]
    public void What_is_applied_by_chance_is_applied_together()
    {
        var levels = Levels(new RandomApply([Invert, new RandomPosterize(1, 1)], 0.3), 30).CountBy(level => level).ToDictionary();

        Assert.Equal([30, 128], levels.Keys.Order());
        Assert.InRange(levels[128], 228, 372);
    }

    [Fact]
    public void Crops_within_a_group_are_done()
    {
        ImageRandom random = new(0, 0, 0);
        Image cut = new RandomApply([new Resize(8), new CenterCrop(6, 4)], 1).Apply(Fixture.Shown(), ref random);

        Assert.Equal((6, 4), (cut.Width, cut.Height));
    }

    [Fact]
    public void A_group_promises_a_size_only_when_none_of_its_transforms_changes_it()
    {
        ImageDimensions size = new(24, 24);

        Assert.Equal(size, new RandomApply([new CenterCrop(24), Invert]).SizeAfter(size));
        Assert.Null(new RandomApply([new CenterCrop(20)]).SizeAfter(size));
        Assert.Null(new RandomChoice([new CenterCrop(20), Invert]).SizeAfter(null));
    }

    [Fact]
    public void Groups_of_the_same_transforms_are_equal()
    {
        Assert.Equal(new RandomApply([new RandomPosterize(3)], 0.2), new RandomApply([new RandomPosterize(3)], 0.2));
        Assert.Equal(new RandomChoice([Invert], [2]).GetHashCode(), new RandomChoice([new RandomInvert(1)], [2]).GetHashCode());
        Assert.NotEqual(new RandomApply([new RandomPosterize(3)], 0.2), new RandomApply([new RandomPosterize(4)], 0.2));
        Assert.NotEqual(new RandomChoice([Invert], [2]), new RandomChoice([Invert]));
    }

    [Fact]
    public void Groups_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RandomOrder([]));
        Assert.Throws<ArgumentException>(() => new RandomApply([null!]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomApply([Invert], -0.1));
        Assert.Throws<ArgumentException>(() => new RandomChoice([Invert], [1, 2]));
        Assert.Throws<ArgumentException>(() => new RandomChoice([Invert], [0]));
        Assert.Throws<ArgumentException>(() => new RandomChoice([Invert], [double.NaN]));
    }

    private static IEnumerable<int> Levels(ImageTransform transform, int level) => Enumerable.Range(0, 1000).Select(index =>
    {
        ImageRandom random = new(3, 1, index);
        return (int)transform.Apply(Fixture.Drawn(1, 1, (_, _) => (level, level, level)), ref random).Pixels[0];
    });
}
