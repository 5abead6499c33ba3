using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging;

public class PictureMemoryTests
{
    private const int Size = 40 * 30 * 3;
    private static readonly IReadOnlyList<PictureTransform> Augmented = [new RandomResizedCrop(8), new HorizontalFlip()];
    private static readonly int[] Order = [.. Enumerable.Range(0, 12)];

    [Theory]
    [InlineData(0)]
    [InlineData(5 * Size)]
    [InlineData(1 << 20)]
    public void Batches_are_the_same_with_memory_and_without(long bytes)
    {
        PictureSource[] pictures = [.. Drawn()];
        pictures[2] = new EncodedPicture("text.jpg", "hello"u8.ToArray());
        pictures[7] = new FilePicture(Fixture.PathOf("gray.jpg"));
        pictures[8] = new FilePicture(Fixture.PathOf("alpha.png"));
        BatchLoader without = new(pictures, Augmented, batchSize: 5, threads: 3), with = new(pictures, Augmented, batchSize: 5, threads: 3, memory: new PictureMemory(bytes));

        for (int epoch = 0; epoch < 3; epoch++)
            Assert.Equal(Seen(without, epoch), Seen(with, epoch));
    }

    [Fact]
    public void A_picture_that_fits_is_decoded_once()
    {
        Counting[] pictures = [.. Drawn()];
        PictureMemory memory = new(Order.Length * Size);
        BatchLoader loader = new(pictures, Augmented, batchSize: 5, threads: 3, memory: memory);

        for (int epoch = 0; epoch < 3; epoch++)
            Seen(loader, epoch);

        Assert.All(pictures, picture => Assert.Equal(1, picture.Opened));
        Assert.Equal(0, memory.Left);
    }

    [Fact]
    public void No_more_is_kept_than_allowed_by_several_loaders_together()
    {
        Counting[] pictures = [.. Drawn()];
        PictureMemory memory = new(7 * Size + 1);
        BatchLoader first = new(pictures[..5], Augmented, threads: 3, memory: memory), second = new(pictures[5..], Augmented, threads: 3, memory: memory);

        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.Equal(5, first.Load(Order[..5], epoch).Sum(batch => batch.Count));
            Assert.Equal(7, second.Load(Order[..7], epoch).Sum(batch => batch.Count));
        }

        Assert.Equal(7, pictures.Count(picture => picture.Opened == 1));
        Assert.Equal(5, pictures.Count(picture => picture.Opened == 3));
        Assert.Equal(1, memory.Left);
    }

    [Fact]
    public void A_picture_too_large_for_the_memory_leaves_it_to_the_others()
    {
        Counting[] pictures = [new Counting(new DecodedPicture("large", Fixture.Drawn(400, 300, (x, y) => (x, y, 0)))), .. Drawn()];
        PictureMemory memory = new(Order.Length * Size);
        BatchLoader loader = new(pictures, Augmented, threads: 1, memory: memory);

        for (int epoch = 0; epoch < 2; epoch++)
            Assert.Equal(pictures.Length, loader.Load([.. Enumerable.Range(0, pictures.Length)], epoch).Sum(batch => batch.Count));

        Assert.Equal([2, .. Enumerable.Repeat(1, Order.Length)], pictures.Select(picture => picture.Opened));
    }

    [Fact]
    public void A_picture_asked_for_twice_at_once_is_counted_once()
    {
        PictureMemory memory = new(10 * Size);
        Counting[] pictures = [.. Drawn().Take(1)];

        Assert.Equal(100, new BatchLoader(pictures, Augmented, threads: 4, memory: memory).Load([.. Enumerable.Repeat(0, 100)]).Sum(batch => batch.Count));

        Assert.Equal(9 * Size, memory.Left);
    }

    [Fact]
    public void Less_than_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PictureMemory(-1));

    private static IEnumerable<Counting> Drawn() =>
        Order.Select(i => new Counting(new DecodedPicture($"{i}", Fixture.Drawn(40, 30, (x, y) => (x * 6 + i, y * 8, x + y + i)))));

    private static byte[][] Seen(BatchLoader loader, int epoch) =>
        [.. loader.Load(Order, epoch).Select(batch => batch.Pixels[..(batch.Count * 8 * 8 * 3)])];

    private sealed record Counting(DecodedPicture Picture) : PictureSource
    {
        private int _opened;

        public override string Name => Picture.Name;

        internal int Opened => Volatile.Read(ref _opened);

        public override byte[] ContentHash() => Picture.ContentHash();

        internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null)
        {
            Interlocked.Increment(ref _opened);
            return Picture.Open(options);
        }
    }
}
