using System.Diagnostics;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

[Collection(nameof(RunAlone))]
public class BatchLoaderMemoryTests
{
    private const int Images = 640, EpochImages = 1000;
    private const int MostBytesAImage = 1024;

    public static TheoryData<string> Sources => ["file", "bytes", "pixels"];

    public static TheoryData<string> Transforms => [.. TransformExamples.All.Keys];

    [Theory, MemberData(nameof(Transforms))]
    public void No_transform_leaves_more_than_little_to_the_garbage_collector(string transform)
    {
        ImageTransform[] chain = [new Resize(48, 48), TransformExamples.All[transform], new CenterCrop(32)];
        DecodedImage source = new("pixels", Fixture.Drawn(60, 50, (x, y) => (x, y, x + y)));
        byte[] target = new byte[32 * 32 * 3];
        Run(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(Images);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Images, 0, MostBytesAImage);

        void Run(int images)
        {
            for (int i = 0; i < images; i++)
            {
                ImageRandom random = new(seed: 1, epoch: 1, index: i);
                using DecodedPixels pixels = source.Open(DecodingOptions.Default);
                TransformPipeline.Apply(chain, pixels, ref random, target);
            }
        }
    }

    [Theory, MemberData(nameof(Sources))]
    public void An_image_leaves_next_to_nothing_to_the_garbage_collector(string source)
    {
        var path = Fixture.PathOf("baseline.jpg");
        ImageSource image = source switch
        {
            "file" => new FileImage(path),
            "bytes" => new EncodedImage("bytes", File.ReadAllBytes(path)),
            _ => new DecodedImage("pixels", Fixture.Drawn(100, 80, (x, y) => (x, y, x + y))),
        };
        BatchLoader loader = new([.. Enumerable.Repeat(image, Images)], [new RandomResizedCrop(64), new RandomHorizontalFlip()],
            threads: 2);
        int[] order = [.. Enumerable.Range(0, Images)];
        Assert.Equal(Images, loader.Load(order, epoch: 0).Sum(batch => batch.Count));

        long before = GC.GetTotalAllocatedBytes(precise: true);
        foreach (ImageBatch batch in loader.Load(order, epoch: 1))
            Assert.Equal(32, batch.Count);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.InRange(allocated / Images, 0, MostBytesAImage);
    }

    [Fact]
    public void Memory_does_not_grow_with_epochs()
    {
        FileImage image = new(Fixture.PathOf("baseline.jpg"));
        BatchLoader loader = new([.. Enumerable.Repeat(image, EpochImages)], [new RandomResizedCrop(32), new RandomHorizontalFlip()],
            threads: 2);
        for (int epoch = 0; epoch < 3; epoch++)
            ResidentAfter(epoch);

        long before = ResidentAfter(3), after = Enumerable.Range(4, 10).Max(ResidentAfter);

        // Ten epochs decode 10,000 images; a leak of one image's 1.5 kB in each would be 15 MB.
        Assert.InRange(after - before, long.MinValue, 10 << 20);

        long ResidentAfter(int epoch)
        {
            Assert.Equal(EpochImages, loader.Load([.. Enumerable.Range(0, EpochImages)], epoch).Sum(batch => batch.Count));
            GC.Collect();
            return Process.GetCurrentProcess().WorkingSet64;
        }
    }
}
