using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class BatchMixingTests
{
    private const int Classes = 3;

    private static readonly BatchMixing Mixing = new(mixup: 0.2, cutMix: 1, Classes, seed: 1);

    [Fact]
    public void Mixup_blends_each_image_and_its_class_with_those_before_it()
    {
        using var scope = NewDisposeScope();
        LabelledBatch mixed = Mixing.Blended(Batch(), 0.75);

        // 0.75 · own + 0.25 · before; the image before the first is the last.
        Assert.Equal([0.75f * 10 + 0.25f * 30, 0.75f * 20 + 0.25f * 10, 0.75f * 30 + 0.25f * 20], Corner(mixed.Inputs));
        Assert.Equal([0.75f, 0, 0.25f, 0.25f, 0.75f, 0, 0, 0.25f, 0.75f], mixed.Targets.data<float>().ToArray());
        Assert.Equal([0, 1, 2], mixed.Labels.data<long>().ToArray());
    }

    [Fact]
    public void CutMix_pastes_a_rectangle_and_counts_its_area()
    {
        using var scope = NewDisposeScope();
        LabelledBatch batch = Batch();
        // Half the side of the rectangle is half of √(1 − 0.75) = 0.5 of each side: 2 of 8 columns, 1 of 4 rows, around (1, 3).
        LabelledBatch mixed = Mixing.Cut(batch, 0.75, centerX: 1, centerY: 3);

        // Columns 0 to 2 and rows 2 to 3 of 8 × 4 pixels: 6 of 32.
        Tensor expected = batch.Inputs.clone();
        expected.narrow(2, 2, 2).narrow(3, 0, 3).copy_(batch.Inputs.roll([1L], [0L]).narrow(2, 2, 2).narrow(3, 0, 3));
        Assert.True(expected.Equals(mixed.Inputs));
        Assert.Equal([26 / 32f, 0, 6 / 32f], mixed.Targets[0].data<float>().ToArray());
    }

    [Fact]
    public void What_is_mixed_depends_on_seed_epoch_and_batch_alone()
    {
        using var scope = NewDisposeScope();
        LabelledBatch batch = Batch();
        Tensor mixed = Mixing.Mix(batch, 2, 5).Inputs;

        Assert.True(mixed.Equals(new BatchMixing(0.2, 1, Classes, seed: 1).Mix(batch, 2, 5).Inputs));
        // Small images have few rectangles, and a Mixup of 0.2 leaves many images all but as they are.
        Assert.True(Different(index => Mixing.Mix(batch, 3, index)) > 5);
        Assert.True(Different(epoch => Mixing.Mix(batch, epoch, 5)) > 5);
        Assert.True(Different(seed => new BatchMixing(0.2, 1, Classes, seed).Mix(batch, 2, 5)) > 5);

        static int Different(Func<int, LabelledBatch> mix) => Enumerable.Range(0, 20)
            .Select(index => string.Join(' ', mix(index).Targets.data<float>().ToArray())).Distinct().Count();
    }

    [Fact]
    public void Nothing_is_mixed_where_nothing_is_asked_for()
    {
        using var scope = NewDisposeScope();
        LabelledBatch batch = Batch();

        Assert.Equal(batch, new BatchMixing(0, 0, Classes, seed: 1).Mix(batch, 1, 0));
    }

    private static float[] Corner(Tensor images) =>
        [.. Enumerable.Range(0, (int)images.shape[0]).Select(index => images[index, 0, 0, 0].item<float>())];

    // Images of 8 × 4 pixels, each of one brightness.
    private static LabelledBatch Batch()
    {
        Tensor images = (arange(1, 4).to(ScalarType.Float32) * 10).reshape(3, 1, 1, 1) * ones(3, 3, 4, 8);
        return new LabelledBatch(images, tensor(new long[] { 0, 1, 2 }), 3);
    }
}
