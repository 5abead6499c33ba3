using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Tests.Screen;

public class EpochLogTests
{
    private readonly List<string> _lines = [];
    private TimeSpan _now;

    [Fact]
    public void A_short_training_has_a_line_for_its_last_epoch()
    {
        var log = Log();
        log.Report(Epoch(1, 0.9));
        log.Report(Epoch(2, 0.5));
        log.Report(Epoch(3, 0.25));
        log.Finish();
        Assert.Equal(
            ["epoch 1 of 3: loss 0.9000, training 50.0 %, validation 75.0 %",
            "epoch 3 of 3: loss 0.2500, training 50.0 %, validation 75.0 %"], _lines);
    }

    [Fact]
    public void Slow_epochs_have_a_line_each()
    {
        var log = Log();
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            log.Report(Epoch(epoch, 0.5));
            _now += TimeSpan.FromSeconds(2);
        }
        log.Finish();
        Assert.Equal(3, _lines.Count);
    }

    [Fact]
    public void A_long_phase_tells_every_ten_seconds_how_far_it_is()
    {
        var log = Log();
        for (var done = 0; done < 100; done += 5)
        {
            log.Report(new(TrainingPhase.Features, 0, 10, done, 100, 5, TimeSpan.FromSeconds(20), double.NaN, double.NaN, double.NaN));
            _now += TimeSpan.FromSeconds(1);
        }
        log.Finish();
        Assert.Equal(["features: 5 of 100 images, 5.0/s, 20.0 s left", "features: 55 of 100 images, 5.0/s, 20.0 s left"], _lines);
    }

    [Fact]
    public void Where_a_bar_moves_no_line_tells_how_far_a_phase_is()
    {
        var log = Log(withBar: true);
        log.Report(new(TrainingPhase.Features, 0, 10, 50, 100, 5, TimeSpan.FromSeconds(20), double.NaN, double.NaN, double.NaN));
        log.Finish();
        Assert.Empty(_lines);
    }

    private EpochLog Log(bool withBar = false) => new(_lines.Add, () => _now, withBar);

    private static TrainingProgress Epoch(int epoch, double loss) =>
        new(TrainingPhase.Training, epoch, 3, 10, 10, 100, TimeSpan.Zero, loss, 0.5, 0.75);
}
