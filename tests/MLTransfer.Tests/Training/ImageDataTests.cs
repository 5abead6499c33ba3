using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Training;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class ImageDataTests
{
    private const int Images = 1000;

    [Fact]
    public void A_training_that_is_stopped_does_not_wait_for_the_rest_of_a_batch()
    {
        using CancellationTokenSource stop = new();
        Stopping image = new(stop);
        BatchLoader loader = new([.. Enumerable.Repeat(image, Images)], [new Resize(4, 4)], batchSize: Images, threads: 1);
        ImageData data = new(loader, new int[Images], Preprocessing.ImageNet, CPU, Images, seed: 0, _ => { }) { Cancellation = stop.Token };

        Assert.Empty(data.Epoch(1));

        Assert.InRange(image.Opened, 3, Images - 1);
    }

    private sealed record Stopping(CancellationTokenSource Stop) : ImageSource
    {
        private static readonly Image Plain = new(1, 1, [1, 2, 3]);

        public override string Name => "stopping";

        internal int Opened { get; private set; }

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null)
        {
            if (++Opened == 3)
                Stop.Cancel();
            Thread.Sleep(Opened < 3 ? 0 : 10);
            return new DecodedPixels(Plain);
        }
    }
}
