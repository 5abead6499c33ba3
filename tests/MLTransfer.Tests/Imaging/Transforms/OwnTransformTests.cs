using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Transforms of a user's own among those of the library.</summary>
public class OwnTransformTests
{
    private static readonly Image Original = Fixture.Drawn(40, 30, (x, y) => (x * 6, y * 8, x + y));

    private static readonly DecodedImage Drawn = new("drawn", Original);

    [Fact]
    public void It_sees_what_the_transforms_before_it_made_and_those_after_it_see_its_result()
    {
        ImageTransform[] chain =
            [new CenterCrop(20), new Inverting(), new RandomHorizontalFlip(1), new RandomApply([new Inverting()], 1), new CenterCrop(8)];
        ImageTransform[] same = [new CenterCrop(20), new RandomHorizontalFlip(1), new CenterCrop(8)];

        Assert.Equal(Batch(same).Pixels[..(8 * 8 * 3)], Batch(chain).Pixels[..(8 * 8 * 3)]);
        Assert.Equal(new ImageDimensions(8, 8), TransformPipeline.SizeAfter(chain));
    }

    [Fact]
    public void It_may_change_its_image_for_that_is_a_copy()
    {
        byte[] before = [.. Original.Pixels];
        ImageRandom random = new(0, 0, 0);
        Image result = new Inverting().Apply(Original, ref random);

        Assert.Equal(before, Original.Pixels);
        Assert.Equal(before.Select(level => (byte)~level), result.Pixels);
    }

    [Fact]
    public void Its_chance_depends_on_seed_epoch_and_image_alone()
    {
        byte[][] once = Seen(threads: 1, epoch: 3);

        Assert.Equal(once, Seen(threads: 4, epoch: 3));
        Assert.Equal(20, once.Select(Convert.ToHexString).Distinct().Count());
        Assert.Empty(once.Select(Convert.ToHexString).Intersect(Seen(threads: 1, epoch: 4).Select(Convert.ToHexString)));

        static byte[][] Seen(int threads, int epoch) =>
            [.. new BatchLoader([.. Enumerable.Repeat(Drawn, 20)], [new Noise(), new Resize(8, 8)], batchSize: 1, threads)
                .Load([.. Enumerable.Range(0, 20)], epoch).Select(batch => batch.Pixels.ToArray())];
    }

    [Fact]
    public void Another_size_than_promised_is_an_error_that_names_it() => Assert.Equal(
        "The transform Halving made 20 x 15 pixels of an image of 40 x 30; its SizeAfter promised 40 x 30.",
        Assert.Throws<InvalidOperationException>(() => Batch([new Halving(), new Resize(8, 8)])).Message);

    [Fact]
    public void An_image_that_it_refuses_is_left_out_with_its_reason()
    {
        SkippedImage skipped = Assert.Single(Batch([new Refusing(), new Resize(8, 8)]).Skipped);

        Assert.Equal(("drawn", "it shows nothing"), (skipped.Name, skipped.Reason));
    }

    private static ImageBatch Batch(ImageTransform[] transforms) =>
        Assert.Single(new BatchLoader([Drawn], transforms).Load([0]));

    private sealed record Inverting : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random)
        {
            foreach (ref byte level in image.Pixels.AsSpan())
                level = (byte)~level;
            return image;
        }
    }

    private sealed record Noise : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random)
        {
            foreach (ref byte level in image.Pixels.AsSpan())
                level = (byte)random.Below(256);
            return image;
        }
    }

    private sealed record Halving : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random) =>
            new Resize(image.Width / 2, image.Height / 2).Apply(image, ref random);
    }

    private sealed record Refusing : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random) =>
            throw new ImageException("image", "it shows nothing");
    }
}
