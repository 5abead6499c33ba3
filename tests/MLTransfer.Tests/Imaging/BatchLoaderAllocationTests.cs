using MLTransfer.Imaging;
using MLTransfer.Tests.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

[Collection(nameof(RunAlone))]
public class BatchLoaderAllocationTests
{
    private const int Pictures = 640;
    private const int MostBytesAPicture = 1024;

    public static TheoryData<string> Sources => ["file", "bytes", "pixels"];

    public static TheoryData<string> Transforms => [.. TransformExamples.All.Keys];

    [Theory, MemberData(nameof(Transforms))]
    public void No_transform_leaves_more_than_little_to_the_garbage_collector(string transform)
    {
        PictureTransform[] chain = [new Resize(48, 48), TransformExamples.All[transform], new CenterCrop(32)];
        DecodedPicture source = new("pixels", Fixture.Drawn(60, 50, (x, y) => (x, y, x + y)));
        byte[] target = new byte[32 * 32 * 3];
        Run(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(Pictures);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Pictures, 0, MostBytesAPicture);

        void Run(int pictures)
        {
            for (int i = 0; i < pictures; i++)
            {
                PictureRandom random = new(seed: 1, epoch: 1, index: i);
                using DecodedPixels pixels = source.Open(DecodingOptions.Default);
                TransformChain.Apply(chain, pixels, ref random, target);
            }
        }
    }

    [Theory, MemberData(nameof(Sources))]
    public void A_picture_leaves_next_to_nothing_to_the_garbage_collector(string source)
    {
        var path = Fixture.PathOf("baseline.jpg");
        PictureSource picture = source switch
        {
            "file" => new FilePicture(path),
            "bytes" => new EncodedPicture("bytes", File.ReadAllBytes(path)),
            _ => new DecodedPicture("pixels", Fixture.Drawn(100, 80, (x, y) => (x, y, x + y))),
        };
        BatchLoader loader = new([.. Enumerable.Repeat(picture, Pictures)], [new RandomResizedCrop(64), new HorizontalFlip()], threads: 2);
        int[] order = [.. Enumerable.Range(0, Pictures)];
        Assert.Equal(Pictures, loader.Load(order, epoch: 0).Sum(batch => batch.Count));

        long before = GC.GetTotalAllocatedBytes(precise: true);
        foreach (PictureBatch batch in loader.Load(order, epoch: 1))
            Assert.Equal(32, batch.Count);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.InRange(allocated / Pictures, 0, MostBytesAPicture);
    }
}
