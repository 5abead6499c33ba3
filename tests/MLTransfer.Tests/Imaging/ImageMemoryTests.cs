using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class ImageMemoryTests
{
    private const int Size = 40 * 30 * 3;
    private static readonly IReadOnlyList<ImageTransform> Augmented = [new RandomResizedCrop(8), new RandomHorizontalFlip()];
    private static readonly int[] Order = [.. Enumerable.Range(0, 12)];

    [Theory]
    [InlineData(0)]
    [InlineData(5 * Size)]
    [InlineData(1 << 20)]
    public void Batches_are_the_same_with_memory_and_without(long bytes)
    {
        ImageSource[] images = [.. Drawn()];
        images[2] = new EncodedImage("text.jpg", "hello"u8.ToArray());
        images[7] = new FileImage(Fixture.PathOf("gray.jpg"));
        images[8] = new FileImage(Fixture.PathOf("alpha.png"));
        BatchLoader without = new(images, Augmented, batchSize: 5, threads: 3),
            with = new(images, Augmented, batchSize: 5, threads: 3, memory: new ImageMemory(bytes));

        for (int epoch = 0; epoch < 3; epoch++)
            Assert.Equal(Seen(without, epoch), Seen(with, epoch));
    }

    [Fact]
    public void An_image_that_fits_is_decoded_once()
    {
        Counting[] images = [.. Drawn()];
        ImageMemory memory = new(Order.Length * Size);
        BatchLoader loader = new(images, Augmented, batchSize: 5, threads: 3, memory: memory);

        for (int epoch = 0; epoch < 3; epoch++)
            Seen(loader, epoch);

        Assert.All(images, image => Assert.Equal(1, image.Opened));
        Assert.Equal(0, memory.Left);
    }

    [Fact]
    public void No_more_is_kept_than_allowed_by_several_loaders_together()
    {
        Counting[] images = [.. Drawn()];
        ImageMemory memory = new(7 * Size + 1);
        BatchLoader first = new(images[..5], Augmented, threads: 3, memory: memory),
            second = new(images[5..], Augmented, threads: 3, memory: memory);

        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.Equal(5, first.Load(Order[..5], epoch).Sum(batch => batch.Count));
            Assert.Equal(7, second.Load(Order[..7], epoch).Sum(batch => batch.Count));
        }

        Assert.Equal(7, images.Count(image => image.Opened == 1));
        Assert.Equal(5, images.Count(image => image.Opened == 3));
        Assert.Equal(1, memory.Left);
    }

    [Fact]
    public void An_image_too_large_for_the_memory_leaves_it_to_the_others()
    {
        Counting[] images = [new Counting(new DecodedImage("large", Fixture.Drawn(400, 300, (x, y) => (x, y, 0)))), .. Drawn()];
        ImageMemory memory = new(Order.Length * Size);
        BatchLoader loader = new(images, Augmented, threads: 1, memory: memory);

        for (int epoch = 0; epoch < 2; epoch++)
            Assert.Equal(images.Length, loader.Load([.. Enumerable.Range(0, images.Length)], epoch).Sum(batch => batch.Count));

        Assert.Equal([2, .. Enumerable.Repeat(1, Order.Length)], images.Select(image => image.Opened));
    }

    [Fact]
    public void An_image_asked_for_twice_at_once_is_counted_once()
    {
        ImageMemory memory = new(10 * Size);
        Counting[] images = [.. Drawn().Take(1)];

        Assert.Equal(100, new BatchLoader(images, Augmented, threads: 4, memory: memory).Load([.. Enumerable.Repeat(0, 100)])
            .Sum(batch => batch.Count));

        Assert.Equal(9 * Size, memory.Left);
    }

    [Fact]
    public void Less_than_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new ImageMemory(-1));

    private static IEnumerable<Counting> Drawn() =>
        Order.Select(i => new Counting(new DecodedImage($"{i}", Fixture.Drawn(40, 30, (x, y) => (x * 6 + i, y * 8, x + y + i)))));

    private static byte[][] Seen(BatchLoader loader, int epoch) =>
        [.. loader.Load(Order, epoch).Select(batch => batch.Pixels[..(batch.Count * 8 * 8 * 3)])];

    private sealed record Counting(DecodedImage Image) : ImageSource
    {
        private int _opened;

        public override string Name => Image.Name;

        internal int Opened => Volatile.Read(ref _opened);

        public override byte[] ContentHash() => Image.ContentHash();

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default)
        {
            Interlocked.Increment(ref _opened);
            return Image.Open(options);
        }
    }
}
