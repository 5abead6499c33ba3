using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class TallyTests
{
    [Fact]
    public void Nothing_seen_is_not_a_number()
    {
        Assert.True(double.IsNaN(default(Tally).Accuracy));
        Assert.True(double.IsNaN(default(Tally).Loss));
    }

    [Fact]
    public void Batches_of_different_size_are_counted_by_image() =>
        Assert.Equal(0.75, (new Tally(3, 3, 3) + new Tally(1, 0, 5)).Accuracy);

    [Fact]
    public void A_batch_counts_the_rows_whose_largest_logit_is_the_label()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 1, 2, 3, 1, 0, 5 }, [3, 2]);
        Tensor labels = tensor(new long[] { 1, 0, 0 });
        Assert.Equal(new Tally(3, 2, 1.5), Tally.Of(logits, labels, tensor(0.5f)));
    }

    [Fact]
    public void A_running_tally_is_the_sum_of_its_batches_whenever_it_is_read()
    {
        using var scope = NewDisposeScope();
        using var running = new RunningTally();
        Assert.Equal(default, running.Read());
        Tally sum = default;
        for (int batch = 1; batch <= 4; batch++)
        {
            (Tensor logits, Tensor labels, Tensor loss) = (randn(5 + batch, 3), randint(0, 3, [5 + batch]), rand([]));
            running.Add(logits, labels, loss);
            sum += Tally.Of(logits, labels, loss);
            if (batch != 2) Assert.Equal(sum, running.Read());
        }

        running.Clear();
        Assert.Equal(default, running.Read());
    }

    [Fact]
    public void On_a_GPU_counts_are_read_after_the_first_batch_and_each_eighth_from_there()
    {
        Assert.Equal([1, 9, 17], Enumerable.Range(1, 20).Where(batch => RunningTally.IsReadAfter(batch, DeviceType.CUDA)));
        Assert.All(Enumerable.Range(1, 20), batch => Assert.True(RunningTally.IsReadAfter(batch, DeviceType.CPU)));
    }
}
