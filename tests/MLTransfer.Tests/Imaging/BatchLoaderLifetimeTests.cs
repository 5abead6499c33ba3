using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class BatchLoaderLifetimeTests
{
    private static readonly IReadOnlyList<ImageTransform> Exact = [new Resize(4, 4)];
    private static readonly int[] Order = [.. Enumerable.Range(0, 1000)];

    [Fact]
    public void Canceling_ends_the_wait_for_a_batch()
    {
        using CancellationTokenSource cancellation = new();
        using ManualResetEventSlim started = new(), release = new();
        Blocking image = new(started, release);
        Task consumer = Task.Run(() =>
        {
            foreach (ImageBatch batch in new BatchLoader(Same(image), Exact, threads: 2).Load(Order, 0, cancellation.Token))
                Assert.Fail($"a batch of {batch.Count} came");
        });
        started.Wait();

        cancellation.Cancel();
        release.Set();

        Assert.Throws<OperationCanceledException>(() => consumer.GetAwaiter().GetResult());
    }

    [Fact]
    public void Canceling_between_batches_ends_the_next_step_though_batches_are_ready()
    {
        using CancellationTokenSource cancellation = new();
        using IEnumerator<ImageBatch> batches =
            new BatchLoader(Same(Plain), Exact, threads: 2).Load(Order, 0, cancellation.Token).GetEnumerator();
        Assert.True(batches.MoveNext());

        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(() => batches.MoveNext());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Leaving_early_ends_the_threads(int threads)
    {
        Counting image = new();

        foreach (ImageBatch batch in new BatchLoader(Same(image), Exact, batchSize: 2, threads).Load(Order))
            break;

        int opened = image.Opened;
        Thread.Sleep(50);
        Assert.Equal(opened, image.Opened);
        // One batch taken; those ahead: at least two, and two images for each thread.
        Assert.InRange(opened, 2, 2 + 2 * Math.Max(2, threads));
    }

    [Fact]
    public void The_loader_stays_only_a_few_batches_ahead_of_a_slow_consumer()
    {
        Counting image = new();
        using IEnumerator<ImageBatch> batches = new BatchLoader(Same(image), Exact, batchSize: 4, threads: 2).Load(Order).GetEnumerator();
        for (int taken = 1; taken <= 5; taken++)
        {
            Assert.True(batches.MoveNext());
            Thread.Sleep(20);
            Assert.InRange(image.Opened, taken * 4, (taken + 2) * 4);
        }
    }

    [Fact]
    public void An_error_that_is_not_about_the_image_reaches_the_consumer() =>
        Assert.Equal("the disk is on fire",
            Assert.Throws<InvalidOperationException>(() => new BatchLoader(Same(new Failing()), Exact).Load(Order).Count()).Message);

    private static DecodedImage Plain { get; } = new("plain", Fixture.Drawn(5, 5, (_, _) => (1, 2, 3)));

    private static ImageSource[] Same(ImageSource image) => [.. Enumerable.Repeat(image, Order.Length)];

    private sealed record Blocking(ManualResetEventSlim Started, ManualResetEventSlim Released) : ImageSource
    {
        public override string Name => "blocking";

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed)
        {
            Started.Set();
            Released.Wait();
            return Plain.Open(options, needed);
        }
    }

    private sealed record Counting : ImageSource
    {
        private int _opened;

        public override string Name => "counting";

        internal int Opened => Volatile.Read(ref _opened);

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed)
        {
            Interlocked.Increment(ref _opened);
            return Plain.Open(options, needed);
        }
    }

    private sealed record Failing : ImageSource
    {
        public override string Name => "failing";

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed) =>
            throw new InvalidOperationException("the disk is on fire");
    }
}
