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

    [Fact]
    public void What_a_network_is_given_is_what_transforms_and_mixing_make_of_the_images()
    {
        using var scope = NewDisposeScope();
        var mixing = new BatchMixing(mixup: 1, cutMix: 0, classes: 2, seed: 3);
        LabelledBatch plain = Only(new Resize(2, 2)), flipped = Only(new Resize(2, 2), new RandomHorizontalFlip(1)), mixed = Batch(mixing);
        LabelledBatch expected = mixing.Mix(plain, epoch: 1, index: 0);

        Assert.True(plain.Inputs.flip(3).Equals(flipped.Inputs));
        Assert.False(plain.Inputs.Equals(flipped.Inputs));
        Assert.True(expected.Inputs.Equals(mixed.Inputs));
        Assert.True(expected.Targets.Equals(mixed.Targets));
        Assert.False(plain.Inputs.Equals(mixed.Inputs));

        LabelledBatch Only(params IReadOnlyList<ImageTransform> transforms) => Batch(null, transforms);
    }

    private static LabelledBatch Batch(BatchMixing? mixing, params IReadOnlyList<ImageTransform> transforms)
    {
        static Image Shaded(int step) => new(2, 2, [.. Enumerable.Range(0, 12).Select(value => (byte)(value * step))]);
        ImageSource[] images = [.. Enumerable.Range(0, 4).Select(index => new DecodedImage($"{index}", Shaded(index + 9)))];
        BatchLoader loader = new(images, transforms.Count > 0 ? transforms : [new Resize(2, 2)], batchSize: 4, threads: 1);
        ImageData data = new(loader, [0, 1, 0, 1], Preprocessing.ImageNet, CPU, 4, seed: 7, _ => { }, mixing);
        return Assert.Single(data.Epoch(1));
    }

    private sealed record Stopping(CancellationTokenSource Stop) : ImageSource
    {
        private static readonly Image Plain = new(1, 1, [1, 2, 3]);

        public override string Name => "stopping";

        internal int Opened { get; private set; }

        public override byte[] ContentHash() => [];

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default)
        {
            if (++Opened == 3)
                Stop.Cancel();
            Thread.Sleep(Opened < 3 ? 0 : 10);
            return new DecodedPixels(Plain);
        }
    }
}
