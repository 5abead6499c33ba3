using MLTransfer.Tests.Features;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class LearningRateFinderTests
{
    [Fact]
    public void The_rate_rises_by_a_constant_factor_and_the_losses_are_smoothed()
    {
        using var scope = NewDisposeScope();
        LearningRateCurve curve = Search(new FineTuningOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 0.3 });
        Assert.InRange(curve.Points.Count, 50, 100);
        Assert.Equal(1e-7, curve.Points[0].Rate, 1e-12);
        double[] factors = [.. curve.Points.Zip(curve.Points.Skip(1), (one, next) => next.Rate / one.Rate)];
        Assert.All(factors, factor => Assert.Equal(Math.Pow(1e8, 1 / 99.0), factor, 1e-9));
        Assert.InRange(curve.Points[1].Loss / curve.Points[0].Loss, 0.5, 2);
    }

    [Fact]
    public void The_search_does_not_depend_on_the_learning_rate_that_is_set_and_accumulates_batches()
    {
        using var scope = NewDisposeScope();
        var options = new FineTuningOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 0.5, Schedule = ScheduleKind.Constant };
        LearningRateCurve one = Search(options), other = Search(options with { LearningRate = 0.25 });
        Assert.Equal(one.Points, other.Points);
        Assert.Equal(one.Points.Count, Search(options with { Accumulate = 2 }).Points.Count, 10.0);
    }

    [Fact]
    public void A_search_ends_where_the_loss_explodes()
    {
        using var scope = NewDisposeScope();
        LearningRateCurve curve = Search(new FineTuningOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 1 }, scale: 100);
        Assert.InRange(curve.Points.Count, 5, 99);
    }

    // Twenty flat points, sixty that fall by a little each with one small rise, the steepest at the fortieth, then a rise.
    [Fact]
    public void Suggestions_are_the_steepest_point_and_the_middle_of_the_longest_fall()
    {
        double loss = 2;
        LearningRatePoint[] points =
        [
            .. Enumerable.Range(0, 100).Select(index =>
            {
                loss += index switch { < 20 => 0, 40 => -0.2, 50 => 0.001, < 80 => -0.01, _ => 0.3 };
                return new LearningRatePoint(Math.Pow(10, -7 + index / 12.5), loss);
            }),
        ];
        var curve = new LearningRateCurve(points);
        Assert.Equal(points[39].Rate, curve.Steepest);
        Assert.InRange(curve.Valley, points[46].Rate, points[52].Rate);
    }

    [Fact]
    public void Nothing_is_suggested_where_the_loss_never_falls()
    {
        var rising = new LearningRateCurve(
            [.. Enumerable.Range(0, 50).Select(index => new LearningRatePoint(Math.Pow(1.1, index), index))]);
        Assert.Equal((double.NaN, double.NaN), (rising.Steepest, rising.Valley));
        Assert.Equal((double.NaN, double.NaN), (new LearningRateCurve([]).Steepest, new LearningRateCurve([]).Valley));
    }

    [Fact]
    public void A_search_can_be_canceled()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Search(new FineTuningOptions(), cancellation: stop.Token));
    }

    private static LearningRateCurve Search(FineTuningOptions options, float scale = 1, CancellationToken cancellation = default)
    {
        manual_seed(1);
        Linear head = nn.Linear(4, 2);
        manual_seed(2);
        Tensor features = randn(64, 4) * scale;
        var data = new FeatureData(Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize: 16, seed: 3);
        return new LearningRateFinder(options, seed: 0).Run(new TrainableModel(head, head, []), data, cancellation);
    }
}
