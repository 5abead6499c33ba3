using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class CalibrationTests
{
    // Two of three predictions are right. Bins: 0.61 and 0.65 are in the tenth of fifteen, 0.9 in the fourteenth.
    [Fact]
    public void Metrics_are_those_computed_by_hand()
    {
        var tally = new CalibrationTally();
        tally.Add([0.61f, 0.39f], 0);
        tally.Add([0.65f, 0.35f], 1);
        tally.Add([0.1f, 0.9f], 1);
        double calibration = (Math.Abs(0.61 + 0.65 - 1) + Math.Abs(0.9 - 1)) / 3;
        double brier = ((0.39 * 0.39) + (0.65 * 0.65) + (0.1 * 0.1)) * 2 / 3;
        double logLoss = -(Math.Log(0.61) + Math.Log(0.35) + Math.Log(0.9)) / 3;
        // Probabilities are in single precision.
        Assert.Equal(calibration, tally.Metrics.CalibrationError, 1e-6);
        Assert.Equal(brier, tally.Metrics.BrierScore, 1e-6);
        Assert.Equal(logLoss, tally.Metrics.LogLoss, 1e-6);
        Assert.Equal(15, tally.Bins.Count);
        Assert.Equal((0.63, 0.5, 2), (Math.Round(tally.Bins[9].Confidence, 6), tally.Bins[9].Accuracy, tally.Bins[9].Images));
        Assert.Equal((1.0, 1), (tally.Bins[13].Accuracy, tally.Bins[13].Images));
        Assert.Equal((double.NaN, 0), (tally.Bins[0].Accuracy, tally.Bins[0].Images));
    }

    [Fact]
    public void Without_images_there_are_no_metrics() =>
        Assert.Equal(new CalibrationMetrics(double.NaN, double.NaN, double.NaN), new CalibrationTally().Metrics);

    // Labels are drawn from the probabilities that the logits would have at the wanted temperature.
    [Theory]
    [InlineData(2.5)]
    [InlineData(0.4)]
    public void The_temperature_is_the_one_at_which_the_probabilities_are_true(double wanted)
    {
        using var scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Drawn(4000, wanted);
        Calibration found = Calibration.Of(logits, labels)!;
        // The likelihood of 4,000 labels determines it to a few hundredths.
        Assert.Equal(wanted, found.Temperature, 0.1 * wanted);
        Assert.InRange(found.After.CalibrationError, 0, 0.03);
        Assert.True(found.Before.CalibrationError > 2 * found.After.CalibrationError);
        Assert.True(found.Before.LogLoss > found.After.LogLoss);
        Assert.True(found.Before.BrierScore > found.After.BrierScore);
    }

    [Fact]
    public void The_temperature_is_that_of_the_smallest_log_loss_found_by_trying_all()
    {
        using var scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Drawn(200, 1.7);
        Tensor targets = nn.functional.one_hot(labels, 4).to(ScalarType.Float64);
        double share = 1.0 / 202;
        targets = targets * (1 - share) + (1 - targets) * share / 3;
        double best = Enumerable.Range(50, 400).Select(hundredth => hundredth / 100.0).MinBy(
            temperature => -(targets * (logits.to(ScalarType.Float64) / temperature).log_softmax(1)).sum().item<double>());
        // The step of the search.
        Assert.Equal(best, Calibration.Of(logits, labels)!.Temperature, 0.01);
    }

    [Fact]
    public void A_network_that_is_always_right_does_not_become_infinitely_sure()
    {
        using var scope = NewDisposeScope();
        Tensor labels = arange(60) % 2, logits = nn.functional.one_hot(labels, 2).to(ScalarType.Float32) * 3;
        // All logits differ by 3: the probability is 61/62 where 3 / temperature is ln 61.
        Assert.Equal(3 / Math.Log(61), Calibration.Of(logits, labels)!.Temperature, 1e-4);
    }

    [Fact]
    public void Where_no_temperature_helps_there_is_none()
    {
        using var scope = NewDisposeScope();
        Tensor labels = arange(60) % 2, logits = nn.functional.one_hot(labels, 2).to(ScalarType.Float32) * 30;
        Assert.Null(Calibration.Of(logits, labels));
    }

    [Fact]
    public void Fewer_than_fifty_images_say_too_little()
    {
        using var scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Drawn(50, 3);
        Assert.NotNull(Calibration.Of(logits, labels));
        Assert.Null(Calibration.Of(logits[..49], labels[..49]));
    }

    private static (Tensor Logits, Tensor Labels) Drawn(long images, double temperature)
    {
        using Generator generator = new(1, CPU);
        Tensor logits = randn(images, 4, generator: generator) * 2 * temperature;
        return (logits, multinomial((logits / temperature).softmax(1), 1, generator: generator).squeeze(1));
    }
}
