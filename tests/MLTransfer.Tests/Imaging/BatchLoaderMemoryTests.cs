using System.Diagnostics;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

[Collection(nameof(RunAlone))]
public class BatchLoaderMemoryTests
{
    private const int Images = 1000;

    [Fact]
    public void Memory_does_not_grow_with_epochs()
    {
        FileImage image = new(Fixture.PathOf("baseline.jpg"));
        BatchLoader loader = new([.. Enumerable.Repeat(image, Images)], [new RandomResizedCrop(32), new HorizontalFlip()], threads: 2);
        for (int epoch = 0; epoch < 3; epoch++)
            ResidentAfter(epoch);

        long before = ResidentAfter(3), after = Enumerable.Range(4, 10).Max(ResidentAfter);

        // Ten epochs decode 10,000 images; a leak of one image's 1.5 kB in each would be 15 MB.
        Assert.InRange(after - before, long.MinValue, 10 << 20);

        long ResidentAfter(int epoch)
        {
            Assert.Equal(Images, loader.Load([.. Enumerable.Range(0, Images)], epoch).Sum(batch => batch.Count));
            GC.Collect();
            return Process.GetCurrentProcess().WorkingSet64;
        }
    }
}
