using MLTransfer.Vision;
using static MLTransfer.Vision.ImageClassificationTrainer;

namespace MLTransfer.Tests.Vision;

/// <summary>Cases computed by hand from the rules of ML.NET's trainer.</summary>
public class EarlyStoppingTests
{
    [Theory]
    [InlineData(2, new[] { 0.5f, 0.75f, 0.75f, 0.75f, 0.9f }, 4)] // two epochs without a gain after the second
    [InlineData(2, new[] { 0.5f, 0.75f, 0.755f, 0.765f, 0.77f, 0.77f }, 6)] // 0.755 gains less than 0.01; 0.765 gains 0.015 on 0.75
    [InlineData(3, new[] { 0.005f, 0.009f, 0.5f, 0.4f, 0.3f, 0.2f }, 6)] // the first accuracy must pass 0.01, too; a gain counts afresh
    [InlineData(1, new[] { 0.1f, 0.2f, 0.2f }, 3)]
    [InlineData(20, new[] { 0.5f, 0.5f, 0.5f, 0.5f }, 0)]
    public void It_stops_after_as_many_epochs_in_a_row_without_a_gain(int patience, float[] accuracies, int stop) =>
        Assert.Equal(stop, StopsAt(new EarlyStopping(patience: patience), accuracies));

    [Theory]
    [InlineData(2, new[] { 3f, 2f, 2.5f, 1.995f, 1f }, 4)]
    [InlineData(2, new[] { 3f, 2f, 1f, 0.5f, 0.25f }, 0)]
    public void By_the_loss_it_stops_when_that_no_longer_falls(int patience, float[] losses, int stop)
    {
        var rule = new EarlyStopping(0.01f, patience, EarlyStoppingMetric.Loss);
        Assert.False(rule.CheckIncreasing);
        Assert.Equal(stop, 1 + Array.FindIndex(losses, loss => rule.ShouldStop(new TrainMetrics { CrossEntropy = loss })));
    }

    [Fact]
    public void The_defaults_are_those_of_MLNET()
    {
        var rule = new EarlyStopping();
        Assert.Equal((0.01f, 20, true), (rule.MinDelta, rule.Patience, rule.CheckIncreasing));
        Assert.Equal(0.5f, new EarlyStopping(minDelta: -0.5f).MinDelta);
        Assert.True(new EarlyStopping(checkIncreasing: false).CheckIncreasing);
    }

    [Fact]
    public void A_copy_starts_afresh_with_the_same_rule()
    {
        var rule = new EarlyStopping(0.1f, 2) { MinDelta = 0.2f, CheckIncreasing = false };
        Assert.Equal(2, StopsAt(rule, [0.5f, 0.5f]));
        EarlyStopping copy = rule.Fresh();
        Assert.Equal((0.2f, 2, false), (copy.MinDelta, copy.Patience, copy.CheckIncreasing));
        Assert.Equal(2, StopsAt(copy, [0.5f, 0.5f]));
    }

    /// <summary>The number of the epoch, from 1, that is the last; 0 where none is.</summary>
    private static int StopsAt(EarlyStopping rule, float[] accuracies) =>
        1 + Array.FindIndex(accuracies, accuracy => rule.ShouldStop(new TrainMetrics { Accuracy = accuracy }));
}
