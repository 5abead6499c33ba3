using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Tests.Screen;

public class EpochLogTests
{
    private readonly List<string> _lines = [];
    private TimeSpan _now;

    [Fact]
    public void Every_epoch_has_a_line_however_short_it_is()
    {
        var log = Log();
        foreach (var epoch in new[] { Reports.Finished(1, best: 1), Reports.Finished(2, best: 1), Reports.Finished(3, best: 3) })
            log.Report(epoch);
        Assert.Equal(
            [
                "epoch 1 of 3: loss 1.0000, training 50.0 %, validation 75.0 %, validation loss 0.2500, learning rate 0.000123, 200/s, "
                    + "1.5 s, 4.0 s left, best so far",
                "epoch 2 of 3: loss 0.5000, training 50.0 %, validation 75.0 %, validation loss 0.2500, learning rate 0.000123, 200/s, "
                    + "1.5 s, 2.0 s left",
                "epoch 3 of 3: loss 0.3333, training 50.0 %, validation 75.0 %, validation loss 0.2500, learning rate 0.000123, 200/s, "
                    + "1.5 s, best so far",
            ], _lines);
    }

    [Theory]
    [InlineData(EpochMetric.Accuracy, "")]
    [InlineData(EpochMetric.Loss, "")]
    [InlineData(EpochMetric.BrierScore, "brier 0.1250, ")]
    [InlineData(EpochMetric.CalibrationError, "ece 6.3 %, ")]
    public void The_line_of_an_epoch_has_the_metric_that_chooses_the_best_one(EpochMetric metric, string words)
    {
        var epoch = Reports.Finished(1, best: 1);
        epoch = epoch with
        {
            ChooseBy = metric,
            Finished = epoch.Finished! with { ValidationBrierScore = 0.125, ValidationCalibrationError = 0.0625 },
        };
        Log().Report(epoch);
        Assert.Contains($"validation loss 0.2500, {words}learning rate", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_phase_tells_every_ten_seconds_how_far_it_is()
    {
        var log = Log();
        for (var done = 0; done < 100; done += 5)
        {
            log.Report(Reports.Features(done));
            _now += TimeSpan.FromSeconds(1);
        }
        Assert.Equal(["features: 5 of 100 images, 5.0/s, 20.0 s left", "features: 55 of 100 images, 5.0/s, 20.0 s left"], _lines);
    }

    [Fact]
    public void Within_an_epoch_the_loss_so_far_and_the_time_left_of_the_whole_training_are_told()
    {
        Log().Report(Reports.Training);
        Assert.Equal(
            ["epoch 2 of 3, training: 250 of 1,000 images, loss 0.4321, training 62.5 %, 412/s, 2 min 05 s left"], _lines);
    }

    [Fact]
    public void A_trial_has_a_line_when_it_begins_and_one_when_it_is_over_and_its_epochs_are_told_every_ten_seconds()
    {
        var log = Log();
        log.Report(Reports.Trial(Reports.Running));
        foreach (var epoch in new[] { 1, 2, 3 })
        {
            log.Report(Reports.Finished(epoch, best: 1) with { Trial = Reports.Running });
            _now += TimeSpan.FromSeconds(6);
        }
        log.Report(Reports.Trial(Reports.Over));
        log.Report(Reports.Trial(Reports.Over with { Why = "ended at the end of the time, after 1 of 5 epochs" }));
        log.Report(Reports.Trial(Reports.Running with { Seconds = 2, Why = "failed: out of memory" }));
        Assert.Equal(
            [
                "trial 2: fine-tuning from layer3, fast, 224 px, about 41.0 s",
                "trial 2, epoch 1 of 3: loss 1.0000, training 50.0 %, validation 75.0 %, validation loss 0.2500, learning rate 0.000123, "
                    + "200/s, 1.5 s, 4.0 s left, best so far",
                "trial 2, epoch 3 of 3: loss 0.3333, training 50.0 %, validation 75.0 %, validation loss 0.2500, learning rate 0.000123, "
                    + "200/s, 1.5 s",
                "trial 2: fine-tuning from layer3, fast, 224 px: 93.4 % of the validation images right, 38.5 s",
                "trial 2: fine-tuning from layer3, fast, 224 px: 93.4 % of the validation images right, 38.5 s, ended at the end of the "
                    + "time, after 1 of 5 epochs",
                "trial 2: fine-tuning from layer3, fast, 224 px: 2.0 s, failed: out of memory",
            ], _lines);
    }

    private EpochLog Log() => new(_lines.Add, () => _now);
}

/// <summary>Reports of a training of three epochs.</summary>
internal static class Reports
{
    internal static TrainingProgress Training { get; } = new(
        TrainingPhase.Training, 2, 3, 250, 1000, 412, TimeSpan.FromSeconds(9), 0.4321, 0.625, 0.75)
    {
        TrainingRemaining = TimeSpan.FromSeconds(125),
        BestEpoch = 1,
    };

    internal static AutoTrial Running { get; } =
        new(Recipe.Fast.Name, Layers.From("layer3"), 224) { Number = 2, ExpectedSeconds = 41 };

    internal static AutoTrial Over { get; } = Running with { Seconds = 38.5, ValidationAccuracy = 0.934 };

    internal static TrainingProgress Trial(AutoTrial trial) => new(
        TrainingPhase.Features, 0, 0, 0, 0, double.NaN, TimeSpan.Zero, double.NaN, double.NaN, double.NaN)
    { Trial = trial };

    internal static TrainingProgress Features(int done) => new(
        TrainingPhase.Features, 0, 10, done, 100, 5, TimeSpan.FromSeconds(20), double.NaN, double.NaN, double.NaN);

    internal static TrainingProgress Finished(int epoch, int best) =>
        new(TrainingPhase.Training, epoch, 3, 10, 10, 100, TimeSpan.Zero, 1.0 / epoch, 0.5, 0.75)
        {
            TrainingRemaining = TimeSpan.FromSeconds(2 * (3 - epoch)),
            BestEpoch = best,
            Finished = new(epoch, 1.0 / epoch, 0.5, 0.25, 0.75, 0.000123, 1.5) { ImagesPerSecond = 200 },
        };
}
