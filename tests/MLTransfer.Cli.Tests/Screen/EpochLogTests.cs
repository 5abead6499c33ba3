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
