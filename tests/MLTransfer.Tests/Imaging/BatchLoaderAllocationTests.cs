using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

[Collection(nameof(RunAlone))]
public class BatchLoaderAllocationTests
{
    private const int Pictures = 640;
    private const int MostBytesAPicture = 1024;

    public static TheoryData<string> Sources => ["file", "bytes", "pixels"];

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
