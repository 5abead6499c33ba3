using MLTransfer.Tests.Features;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class WeightAverageTests
{
    // timm's ModelEmaV3 with use_warmup: 1 − (1 + s)^(−2/3) for s = step − 1, 0 at first, at most the decay.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0.3700394750525634)]
    [InlineData(8, 0.75)]
    [InlineData(1000, 0.99)]
    [InlineData(1001, 0.99)]
    public void The_decay_rises_as_in_timm(long step, double decay) => Assert.Equal(decay, WeightAverage.DecayAt(step, 0.99), 1e-12);

    [Fact]
    public void Weights_and_statistics_are_averaged_and_counts_are_copied()
    {
        using var scope = NewDisposeScope();
        BatchNorm1d norm = nn.BatchNorm1d(1);
        using WeightAverage average = WeightAverage.Create(norm, new FineTuningOptions { EmaDecay = 0.5 })!;
        double expected = 0, mean = 0;
        for (int step = 1; step <= 4; step++)
        {
            using (no_grad())
            {
                norm.weight!.fill_(step * step);
                norm.running_mean!.fill_(-step);
                norm.num_batches_tracked!.fill_(step);
            }

            average.EndStep(norm);
            double decay = WeightAverage.DecayAt(step, 0.5);
            (expected, mean) = (decay * expected + (1 - decay) * step * step, decay * mean - (1 - decay) * step);
        }

        average.Swap(norm);
        Assert.Equal(expected, norm.weight!.item<float>(), 1e-5);
        Assert.Equal(mean, norm.running_mean!.item<float>(), 1e-5);
        Assert.Equal(4, norm.num_batches_tracked!.item<long>());
        average.Swap(norm);
        Assert.Equal(16, norm.weight!.item<float>());
    }

    [Fact]
    public void The_average_is_validated_and_kept()
    {
        using var scope = NewDisposeScope();
        var options = new FineTuningOptions { Epochs = 3, LearningRate = 0.1, EmaDecay = 0.9 };
        (float[] plain, _) = Train(options with { EmaDecay = 0 });
        (float[] averaged, float[] final) = Train(options);
        Assert.NotEqual(plain[2], averaged[2]);
        Assert.Equal(averaged[2], final[0]); // without validation accuracy the last epoch is kept
    }

    [Fact]
    public void From_an_epoch_on_the_plain_average_is_validated_and_training_goes_on_from_its_own_weights()
    {
        using var scope = NewDisposeScope();
        var options = new FineTuningOptions { Epochs = 5, LearningRate = 0.1, Schedule = ScheduleKind.Constant };
        (float[] plain, _) = Train(options);
        (float[] averaged, float[] final) = Train(options with { SwaFrom = 3 });
        Assert.Equal(plain[..3], averaged[..3]); // the first average is one of a single epoch
        Assert.Equal(plain[2..4].Average(), averaged[3], 1e-6);
        Assert.Equal(plain[2..].Average(), averaged[4], 1e-6);
        Assert.Equal(averaged[4], final[0]);
    }

    [Fact]
    public void There_is_one_average() => Assert.Contains("EmaDecay and SwaFrom exclude each other", Assert.ThrowsAny<ArgumentException>(
        () => new FineTuningOptions { EmaDecay = 0.9, SwaFrom = 2 }.RequireValid()).Message, StringComparison.Ordinal);

    [Fact]
    public void An_average_that_would_never_begin_is_refused() => Assert.Contains("SwaFrom is 5", Assert.ThrowsAny<ArgumentException>(
        () => new FineTuningOptions { Epochs = 4, SwaFrom = 5 }.RequireValid()).Message, StringComparison.Ordinal);

    private static (float[] Validated, float[] Final) Train(FineTuningOptions options)
    {
        manual_seed(1);
        Linear head = nn.Linear(4, 2);
        manual_seed(2);
        Tensor features = randn(40, 4);
        var data = new FeatureData(Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize: 8, seed: 3);
        var validated = new List<float>();
        new TrainingLoop(options, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), data, (_, _, _) =>
            {
                validated.Add(head.weight![0, 0].item<float>());
                return default;
            }, CancellationToken.None);
        return ([.. validated], [head.weight![0, 0].item<float>()]);
    }
}
