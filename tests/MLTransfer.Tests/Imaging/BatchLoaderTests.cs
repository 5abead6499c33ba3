using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class BatchLoaderTests
{
    private static readonly IReadOnlyList<ImageTransform> Exact = [new Resize(4, 4)];
    private static readonly IReadOnlyList<ImageTransform> Augmented = [new RandomResizedCrop(8), new RandomHorizontalFlip()];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Batches_come_in_the_order_asked_for_whatever_the_number_of_threads(int threads)
    {
        int[] order = [.. Enumerable.Range(0, 50).Select(i => i * 37 % 50), 3, 3];
        BatchLoader loader = new(Numbered(50), Exact, batchSize: 8, threads);
        List<int> seen = [];

        foreach (ImageBatch batch in loader.Load(order))
        {
            Assert.Equal(seen.Count + 8 <= order.Length ? 8 : order.Length - seen.Count, batch.Count);
            Assert.Empty(batch.Skipped);
            for (int row = 0; row < batch.Count; row++)
                Assert.Equal(batch.Indices[row], batch.Pixels[row * 4 * 4 * 3]);
            seen.AddRange(batch.Indices);
        }

        Assert.Equal(order, seen);
    }

    [Fact]
    public void Chance_depends_on_seed_epoch_and_image_alone()
    {
        byte[] once = All(threads: 1, seed: 1, epoch: 1);

        Assert.Equal(once, All(threads: 2, seed: 1, epoch: 1));
        Assert.Equal(once, All(threads: 4, seed: 1, epoch: 1));
        Assert.NotEqual(once, All(threads: 1, seed: 2, epoch: 1));
        Assert.NotEqual(once, All(threads: 1, seed: 1, epoch: 2));
        byte[] backwards = All(threads: 3, seed: 1, epoch: 1, order: [.. Enumerable.Range(0, 20).Reverse()]);
        Assert.Equal(once.Chunk(8 * 8 * 3).Reverse().SelectMany(pixels => pixels), backwards);
    }

    [Fact]
    public void An_image_that_comes_again_in_an_epoch_is_changed_in_another_way()
    {
        int[] order = [7, 3, 7, 7, 5, 3, 7];

        byte[][] once = [.. All(threads: 1, seed: 1, epoch: 1, order).Chunk(8 * 8 * 3)];

        Assert.Equal(order.Length, once.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(once.SelectMany(pixels => pixels), All(threads: 2, seed: 1, epoch: 1, order));
        Assert.Equal(once.SelectMany(pixels => pixels), All(threads: 4, seed: 1, epoch: 1, order));
        Assert.Equal([.. once[0], .. once[1], .. once[4]], All(threads: 1, seed: 1, epoch: 1, order: [7, 3, 5]));
    }

    [Fact]
    public void A_batch_larger_than_memory_can_be_is_refused_at_once() => Assert.Contains(
        "20000 images of 224 x 224 pixels are more than fit into a batch; at most 14266 do.",
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(Numbered(3), Presets.ImageNetTrain(), batchSize: 20_000)).Message);

    public static TheoryData<string> Transforms => [.. TransformExamples.All.Keys];

    [Theory, MemberData(nameof(Transforms))]
    public void Every_transform_gives_the_same_batches_on_one_two_and_four_threads(string transform)
    {
        ImageSource[] images = [.. Enumerable.Range(0, 14)
            .Select(i => new DecodedImage($"{i}", Fixture.Drawn(48 + i, 40, (x, y) => (x * 5, y * 6 + i, x + y))))];
        images[3] = images[10] = new EncodedImage("text.jpg", "hello"u8.ToArray());
        ImageTransform[] chain = [new RandomHorizontalFlip(), TransformExamples.All[transform], new RandomResizedCrop(16)];

        byte[][] once = Seen(threads: 1);

        Assert.Equal(once, Seen(threads: 2));
        Assert.Equal(once, Seen(threads: 4));

        byte[][] Seen(int threads) =>
            [.. new BatchLoader(images, chain, batchSize: 4, threads, seed: 7).Load([.. Enumerable.Range(0, 14)], epoch: 2)
                .SelectMany(batch =>
                new[] { batch.Pixels[..(batch.Count * 16 * 16 * 3)], [.. batch.Indices.Select(index => (byte)index)],
                    [.. batch.Skipped.Select(skip => (byte)skip.Index)] })];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_image_that_cannot_be_read_is_reported_and_leaves_no_gap(int threads)
    {
        List<ImageSource> images = [.. Numbered(10)];
        images[0] = new EncodedImage("empty.jpg", default);
        images[4] = new FileImage("no/such.jpg");
        images[5] = new EncodedImage("text.jpg", "hello"u8.ToArray());

        List<(int[] Indices, byte[] First, SkippedImage[] Skipped)> batches =
            [.. new BatchLoader(images, Exact, batchSize: 4, threads).Load([.. Enumerable.Range(0, 10)]).Select(batch =>
                (batch.Indices.ToArray(), Enumerable.Range(0, batch.Count).Select(row => batch.Pixels[row * 48]).ToArray(),
                    batch.Skipped.ToArray()))];

        Assert.Equal([[1, 2, 3], [6, 7], [8, 9]], batches.Select(batch => batch.Indices));
        Assert.Equal([[1, 2, 3], [6, 7], [8, 9]], batches.Select(batch => batch.First.Select(pixel => (int)pixel)));
        Assert.Equal([(0, "empty.jpg"), (4, "no/such.jpg"), (5, "text.jpg")],
            batches.SelectMany(batch => batch.Skipped).Select(skip => (skip.Index, skip.Name)));
        Assert.Equal("it is empty (0 bytes)", batches[0].Skipped[0].Reason);
    }

    [Fact]
    public void A_batch_without_a_readable_image_is_empty_but_reported()
    {
        ImageBatch batch = Assert.Single(new BatchLoader([new FileImage("no/such.jpg")], Exact).Load([0]));

        Assert.Equal(0, batch.Count);
        Assert.Single(batch.Skipped);
    }

    [Fact]
    public void Nothing_asked_for_gives_no_batches() => Assert.Empty(new BatchLoader([], Exact).Load([]));

    [Fact]
    public void An_index_outside_the_data_is_refused_at_once() =>
        Assert.Contains("no image 3; the data set has 3",
            Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(Numbered(3), Exact).Load([0, 3])).Message);

    [Fact]
    public void Transforms_that_leave_the_size_open_are_refused_at_once() =>
        Assert.Contains("different sizes",
            Assert.Throws<ArgumentException>(() => new BatchLoader(Numbered(3), [new Resize(8), new RandomHorizontalFlip()])).Message);

    [Fact]
    public void The_fraction_of_time_waited_tells_a_slow_loader_from_a_slow_consumer()
    {
        BatchLoader slow = new([.. Enumerable.Repeat(new Slow(), 8)], Exact, batchSize: 2, threads: 1),
            fast = new(Numbered(8), Exact, batchSize: 2, threads: 1);
        int[] order = [.. Enumerable.Range(0, 8)];

        Assert.Equal(double.NaN, slow.WaitFraction);
        Assert.Equal(4, slow.Load(order).Count());
        foreach (ImageBatch batch in fast.Load(order))
        {
            Assert.False(fast.WaitFraction > 1, "A batch in use counts as waited for, but not yet as used.");
            Thread.Sleep(50 * batch.Count);
        }

        Assert.InRange(slow.WaitFraction, 0.9, 1);
        Assert.InRange(fast.WaitFraction, 0, 0.5);
    }

    /// <summary>Images whose every pixel is their number.</summary>
    private static IReadOnlyList<ImageSource> Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new DecodedImage($"{i}", Fixture.Drawn(5, 7, (_, _) => (i, i, i))))];

    private static byte[] All(int threads, int seed, int epoch, int[]? order = null)
    {
        DecodedImage image = new("drawn", Fixture.Drawn(40, 30, (x, y) => (x * 6, y * 8, x + y)));
        BatchLoader loader = new([.. Enumerable.Repeat(image, 20)], Augmented, batchSize: 6, threads, seed);
        return [.. loader.Load(order ?? [.. Enumerable.Range(0, 20)], epoch)
            .SelectMany(batch => batch.Pixels.Take(batch.Count * 8 * 8 * 3).ToArray())];
    }

    private sealed record Slow : ImageSource
    {
        public override string Name => "slow";

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default)
        {
            Thread.Sleep(20);
            return new DecodedPixels(Fixture.Drawn(5, 7, (_, _) => (1, 2, 3)));
        }
    }
}
