using System.Diagnostics;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

[Collection(nameof(RunAlone))]
public class BatchLoaderMemoryTests
{
    private const int Pictures = 1000;

    [Fact]
    public void Memory_does_not_grow_with_epochs()
    {
        FilePicture picture = new(Fixture.PathOf("baseline.jpg"));
        BatchLoader loader = new([.. Enumerable.Repeat(picture, Pictures)], [new RandomResizedCrop(32), new HorizontalFlip()], threads: 2);
        for (int epoch = 0; epoch < 3; epoch++)
            ResidentAfter(epoch);

        long before = ResidentAfter(3), after = Enumerable.Range(4, 10).Max(ResidentAfter);

        // Ten epochs decode 10,000 pictures; a leak of one picture's 1.5 kB in each would be 15 MB.
        Assert.InRange(after - before, long.MinValue, 10 << 20);

        long ResidentAfter(int epoch)
        {
            Assert.Equal(Pictures, loader.Load([.. Enumerable.Range(0, Pictures)], epoch).Sum(batch => batch.Count));
            GC.Collect();
            return Process.GetCurrentProcess().WorkingSet64;
        }
    }
}
