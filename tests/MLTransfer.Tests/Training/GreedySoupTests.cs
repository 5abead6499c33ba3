using MLTransfer.Tests.Features;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

[Collection(nameof(RunAlone))]
public class GreedySoupTests
{
    private static readonly FineTuningOptions Recipe = new()
    {
        Epochs = 5, LearningRate = 0.1, Optimizer = OptimizerKind.Sgd, Schedule = ScheduleKind.Constant, SoupOf = 3,
    };

    [Fact]
    public void An_epoch_is_added_where_the_average_is_not_worse_than_without_it()
    {
        var tried = new List<string>();
        EpochResult[] epochs = [Epoch(5, 0.90), Epoch(3, 0.89), Epoch(8, 0.88), Epoch(1, 0.80), Epoch(2, 0.79)];
        GreedySoup soup = GreedySoup.Choose(epochs, EpochMetric.Accuracy, averaged =>
        {
            tried.Add(string.Join('+', averaged.Select(epoch => epoch.Epoch)));
            // Worse, equal, better but of no use, better.
            (double, double)[] results = [(0.895, 1), (0.90, 1), (0.99, double.NaN), (0.93, 1)];
            (double accuracy, double loss) = results[tried.Count - 1];
            return Epoch(averaged[0].Epoch, accuracy, loss);
        });
        Assert.Equal(["5+3", "5+8", "5+8+1", "5+8+2"], tried);
        Assert.Equal([5, 8, 2], soup.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal((5, 0.93), (soup.Result.Epoch, soup.Result.ValidationAccuracy));
    }

    [Fact]
    public void By_the_loss_the_lower_average_is_better()
    {
        double[] losses = [0.31, 0.29];
        int tried = 0;
        GreedySoup soup = GreedySoup.Choose(
            [Epoch(1, 0.5, loss: 0.3), Epoch(2, 0.5, 0.4), Epoch(3, 0.5, 0.5)], EpochMetric.Loss,
            averaged => Epoch(1, 0.9, losses[tried++]));
        Assert.Equal([1, 3], soup.Epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void Of_a_single_epoch_nothing_is_validated() => Assert.Equal(
        [4], GreedySoup.Choose([Epoch(4, 0.5)], EpochMetric.Accuracy, _ => throw new InvalidOperationException()).Epochs
            .Select(epoch => epoch.Epoch));

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)] // what is averaged is the running average that was validated
    public void The_network_gets_the_mean_of_the_weights_and_statistics_that_were_validated(double ema)
    {
        using var scope = NewDisposeScope();
        // The best three are 4, 2 and 5; with 2 the average is worse.
        double[] accuracies = [0.5, 0.8, 0.6, 0.9, 0.7, /* 4 + 2 */ 0.8, /* 4 + 5 */ 0.9];
        (TrainingState state, List<float[]> validated, float[] final) = Train(Recipe with { EmaDecay = ema }, accuracies);

        Assert.Equal([4, 5], state.Soup!.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal((4, 0.9), (state.Best.Epoch, state.ValidationAccuracy));
        AssertClose(Mean(validated[3], validated[1]), validated[5]);
        AssertClose(Mean(validated[3], validated[4]), validated[6]);
        AssertClose(Mean(validated[3], validated[4]), final);
        Assert.NotEqual(validated[3], final);
    }

    [Fact]
    public void Three_epochs_are_averaged_with_equal_weights()
    {
        using var scope = NewDisposeScope();
        (TrainingState state, List<float[]> validated, float[] final) =
            Train(Recipe with { Epochs = 3 }, [0.9, 0.8, 0.7, 0.9, 0.9]);
        Assert.Equal([1, 2, 3], state.Soup!.Epochs.Select(epoch => epoch.Epoch));
        AssertClose([.. validated[0].Select((first, at) => (first + validated[1][at] + validated[2][at]) / 3)], final);
    }

    [Fact]
    public void The_best_alone_is_kept_to_the_bit_where_no_average_is_as_good()
    {
        using var scope = NewDisposeScope();
        (TrainingState state, List<float[]> validated, float[] final) = Train(Recipe, [0.5, 0.8, 0.6, 0.9, 0.7, 0.1, 0.2]);
        Assert.Equal([4], state.Soup!.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(validated[3], final);
    }

    [Fact]
    public void Without_one_the_best_epoch_is_kept_and_nothing_is_validated_again()
    {
        using var scope = NewDisposeScope();
        (TrainingState state, List<float[]> validated, float[] final) = Train(Recipe with { SoupOf = 0 }, [0.5, 0.8, 0.6, 0.9, 0.7]);
        Assert.Null(state.Soup);
        Assert.Equal(validated[3], final);
    }

    [Fact]
    public void An_interruption_of_the_choice_leaves_the_best_epoch_and_is_told()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        (TrainingState state, List<float[]> validated, float[] final) = Train(
            Recipe, [0.5, 0.8, 0.6, 0.9, 0.7, 0.9, 0.9], count => { if (count == 6) stop.Cancel(); }, stop.Token);
        Assert.Null(state.Soup);
        Assert.True(state.IsUnfinished);
        Assert.Equal(validated[3], final);
    }

    [Fact]
    public void An_error_in_the_choice_leaves_the_best_epoch_and_is_told()
    {
        using var scope = NewDisposeScope();
        (TrainingState state, List<float[]> validated, float[] final) = Train(
            Recipe, [0.5, 0.8, 0.6, 0.9, 0.7, 0.9, 0.9], count => { if (count == 6) throw new IOException("gone"); });
        Assert.Equal("gone", state.Failure!.Message);
        Assert.Null(state.FailedEpoch);
        Assert.Equal(validated[3], final);
    }

    [Fact]
    public void No_more_copies_of_the_weights_are_held_than_epochs_may_be_averaged()
    {
        using var scope = NewDisposeScope();
        var counts = new List<long>();
        LiveTensors.Count(); // finalizes what earlier tests left
        Train(Recipe with { Epochs = 9, SoupOf = 2 }, [.. Enumerable.Range(1, 9).Select(epoch => epoch / 10.0), 0, 0],
            _ => counts.Add(Tensor.TotalCount));
        Assert.Equal(counts[3], counts[8]);
    }

    private static (TrainingState State, List<float[]> Validated, float[] Final) Train(
        FineTuningOptions options, double[] accuracies, Action<int>? validating = null, CancellationToken cancellation = default)
    {
        manual_seed(1);
        BatchNorm1d norm = nn.BatchNorm1d(4);
        Sequential network = nn.Sequential(("norm", norm), ("head", nn.Linear(4, 2)));
        manual_seed(2);
        Tensor features = randn(40, 4) + 1;
        var data = new FeatureData(Rows.Of(features), features.select(1, 0).gt(1).to(ScalarType.Int64), batchSize: 8, seed: 3);
        var validated = new List<float[]>();
        TrainingState state = new TrainingLoop(options, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(network, network, []), data, (_, _, _) =>
            {
                validated.Add(Values());
                validating?.Invoke(validated.Count);
                return new Tally(1000, (long)Math.Round(1000 * accuracies[validated.Count - 1]), 1);
            }, cancellation);
        return (state, validated, Values());

        float[] Values()
        {
            using var scope = NewDisposeScope();
            return
            [
                .. network.state_dict().Values.Where(value => value.is_floating_point())
                    .SelectMany(value => value.detach().data<float>().ToArray()),
            ];
        }
    }

    private static float[] Mean(float[] one, float[] other) => [.. one.Zip(other, (first, second) => (first + second) / 2)];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        // Single precision, of values around 1.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    private static EpochResult Epoch(int number, double accuracy, double loss = 1) => new(number, 1, 1, loss, accuracy, 1, 1);
}
