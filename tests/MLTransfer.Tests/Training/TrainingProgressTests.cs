using MLTransfer.Tests.Features;
using MLTransfer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class TrainingProgressTests
{
    [Fact]
    public void Reports_have_the_rate_of_their_step_and_the_best_epoch_and_the_last_of_an_epoch_has_its_result()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Linear head = nn.Linear(4, 2);
        Tensor features = randn(10, 4);
        FeatureData data = new(Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize: 5, seed: 3);
        FineTuningOptions recipe = new()
        {
            Epochs = 3, LearningRate = 0.1, Optimizer = OptimizerKind.Sgd, StepRate = step => 1.0 / (2 * step.Epoch + step.Step),
        };
        var reports = new List<TrainingProgress>();
        long[] right = [5, 7, 6];
        TrainingState history = new TrainingLoop(recipe, seed: 0, TimeProvider.System, new Listener(reports.Add)).Run(
            new TrainableModel(head, head, []), data, (epoch, _, _) => new Tally(10, right[epoch - 1], 1), CancellationToken.None);

        // Two batches and the end of each epoch.
        double[] rates = [0.1 / 2, 0.1 / 3, 0.1 / 3, 0.1 / 4, 0.1 / 5, 0.1 / 5, 0.1 / 6, 0.1 / 7, 0.1 / 7];
        Assert.Equal(rates, reports.Select(report => report.LearningRate), (one, other) => Math.Abs(one - other) < 1e-9);
        Assert.Equal([0, 0, 1, 1, 1, 2, 2, 2, 2], reports.Select(report => report.BestEpoch));
        Assert.Equal([null, null, 1, null, null, 2, null, null, 3], reports.Select(report => report.Finished?.Epoch));
        Assert.Equal(history.Epochs, reports.Select(report => report.Finished).OfType<EpochResult>());
        Assert.All(history.Epochs, epoch => Assert.True(epoch.ImagesPerSecond > 0));
    }

    [Fact]
    public void The_time_left_is_right_from_the_first_batch_where_the_speed_stays_the_same()
    {
        // 3 epochs of 60 images trained at 10 a second and 30 scored at 30 a second: 7 seconds each.
        var clock = new PassedTime();
        var left = new TimeLeft(clock, validationImages: 30);
        double now = 0;
        Assert.Null(left.After(Report(TrainingPhase.Features, 0, 10, 60)));
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            Expect(1, Report(TrainingPhase.Training, epoch, 10, 60));
            Expect(5, Report(TrainingPhase.Training, epoch, 60, 60));
            Expect(0.5, Report(TrainingPhase.Validation, epoch, 15, 30));
            Expect(0.5, Report(TrainingPhase.Validation, epoch, 30, 30));
            Expect(0, Report(TrainingPhase.Training, epoch, 60, 60) with { Finished = new(epoch, 0, 0, 0, 0, 0, 7) });
        }

        void Expect(double seconds, TrainingProgress report)
        {
            now += seconds;
            // The first report comes after the first batch, whose time it tells by its speed.
            if (now > 1) clock.Pass(TimeSpan.FromSeconds(seconds));
            Assert.Equal(21 - now, left.After(report)!.Value.TotalSeconds, 1e-6);
        }
    }

    [Fact]
    public void A_resumed_training_counts_the_time_from_where_it_resumes()
    {
        var left = new TimeLeft(new PassedTime(), validationImages: 0);
        // Six epochs of 6 seconds are left when epoch 5 of 10 begins, less the second that its first batch took.
        Assert.Equal(35, left.After(Report(TrainingPhase.Training, 5, 10, 60) with { Epochs = 10 })!.Value.TotalSeconds, 1e-6);
    }

    private static TrainingProgress Report(TrainingPhase phase, int epoch, long done, long total) =>
        new(phase, epoch, 3, done, total, 10, TimeSpan.Zero, 1, 0.5, 0.5);
}

/// <summary>A clock that goes on only when it is told to.</summary>
internal sealed class PassedTime : TimeProvider
{
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public void Pass(TimeSpan time) => _now += time;
}
