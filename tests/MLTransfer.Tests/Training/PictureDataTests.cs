using MLTransfer.Imaging;
using MLTransfer.Training;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class PictureDataTests
{
    private const int Pictures = 1000;

    [Fact]
    public void A_training_that_is_stopped_does_not_wait_for_the_rest_of_a_batch()
    {
        using CancellationTokenSource stop = new();
        Stopping picture = new(stop);
        BatchLoader loader = new([.. Enumerable.Repeat(picture, Pictures)], [new Resize(4, 4)], batchSize: Pictures, threads: 1);
        PictureData data = new(loader, new int[Pictures], Preprocessing.ImageNet, CPU, Pictures, seed: 0, _ => { }) { Cancellation = stop.Token };

        Assert.Empty(data.Epoch(1));

        Assert.InRange(picture.Opened, 3, Pictures - 1);
    }

    private sealed record Stopping(CancellationTokenSource Stop) : PictureSource
    {
        private static readonly Picture Plain = new(1, 1, [1, 2, 3]);

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
