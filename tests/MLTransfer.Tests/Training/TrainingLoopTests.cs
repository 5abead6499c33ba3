using MLTransfer.Tests.Features;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class TrainingLoopTests
{
    private static readonly FineTuningOptions Recipe = new()
    {
        Epochs = 5, LearningRate = 0.1, Optimizer = OptimizerKind.Sgd, Schedule = ScheduleKind.Constant, WeightDecay = 0,
        LabelSmoothing = 0,
    };

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    public void Every_optimizer_lowers_the_loss(OptimizerKind optimizer)
    {
        using var scope = NewDisposeScope();
        TrainingState history = Train(Recipe with { Optimizer = optimizer, LearningRate = 0.05 });
        Assert.True(history.Epochs[^1].Loss < history.Epochs[0].Loss * 0.9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_losses()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Train(Recipe).Epochs.Select(epoch => epoch.Loss), Train(Recipe).Epochs.Select(epoch => epoch.Loss));
    }

    [Fact]
    public void The_weights_of_the_best_epoch_are_kept()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        var weights = new List<float>();
        double[] accuracies = [0.5, 0.9, 0.7, 0.9, 0.1];
        Tally Validate(int epoch, Tally training, CancellationToken cancellation)
        {
            weights.Add(head.weight![0, 0].item<float>());
            return new Tally(10, (long)(accuracies[epoch - 1] * 10), epoch == 4 ? 1 : 2);
        }

        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), Data(), Validate, CancellationToken.None);
        Assert.Equal(4, history.Best.Epoch); // as accurate as epoch 2, with a lower loss
        Assert.Equal(weights[3], head.weight![0, 0].item<float>());
    }

    [Fact]
    public void A_rule_may_end_the_training_after_an_epoch()
    {
        using var scope = NewDisposeScope();
        var seen = new List<int>();
        TrainingState history = Train(Recipe with
        {
            StopsAfter = epoch =>
            {
                seen.Add(epoch.Epoch);
                return epoch.Epoch == 3;
            },
        });
        Assert.Equal([1, 2, 3], seen);
        Assert.Equal(3, history.Epochs.Count);
        Assert.False(history.IsUnfinished);
    }

    [Fact]
    public void A_rate_of_each_step_replaces_the_schedule()
    {
        using var scope = NewDisposeScope();
        var steps = new List<StepPosition>();
        TrainingState history = Train(Recipe with
        {
            Epochs = 2,
            StepRate = step =>
            {
                steps.Add(step);
                return 1.0 / step.Epoch;
            },
        });
        Assert.Equal([0.1, 0.05], history.Epochs.Select(epoch => epoch.LearningRate));
        Assert.All(steps, step => Assert.Equal(2, step.Epochs));
        Assert.Equal(Enumerable.Range(0, steps[0].StepsPerEpoch), steps.Where(step => step.Epoch == 2).Select(step => step.Step));
    }

    [Fact]
    public void Canceling_stops_after_the_batch_and_keeps_the_best_epoch()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        Linear head = Head();
        var progress = new Listener(report =>
        {
            if (report is { Epoch: 3, Done: > 0 }) stop.Cancel();
        });
        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, progress).Run(
            new TrainableModel(head, head, []), Data(), (_, _, _) => new Tally(1, 1, 1), stop.Token);
        Assert.True(history.IsUnfinished);
        Assert.Equal(2, history.Epochs.Count);
        Assert.Equal(1, history.Best.Epoch);
    }

    [Fact]
    public void Without_validation_a_stopped_training_holds_the_last_finished_epoch()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        Linear head = Head();
        float finished = float.NaN;
        var progress = new Listener(report =>
        {
            if (report is { Epoch: 2, Done: 40 }) finished = head.weight![0, 0].item<float>();
            if (report is { Epoch: 3, Done: 16 }) stop.Cancel();
        });
        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, progress)
            .Run(new TrainableModel(head, head, []), Data(), null, stop.Token);
        Assert.Equal(2, history.Best.Epoch);
        Assert.Equal(finished, head.weight![0, 0].item<float>());
    }

    [Fact]
    public void A_training_stopped_in_its_first_epoch_has_nothing_to_keep()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        Linear head = Head();
        var progress = new Listener(_ => stop.Cancel());
        Assert.Throws<OperationCanceledException>(
            () => new TrainingLoop(Recipe, seed: 0, TimeProvider.System, progress)
                .Run(new TrainableModel(head, head, []), Data(), null, stop.Token));
    }

    [Fact]
    public void A_loss_that_is_no_number_is_an_error_that_says_what_to_do()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InvalidOperationException>(() => Train(Recipe with { LearningRate = 1e38 }));
        Assert.Contains("learning rate", error.Message, StringComparison.Ordinal);
        Assert.Contains("in epoch 1, the loss became NaN or infinite", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_batch_that_cannot_be_learned_from_is_not_blamed_on_the_learning_rate()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        using (no_grad()) head.weight!.fill_(float.NaN);
        var error = Assert.Throws<InvalidOperationException>(
            () => new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), Data(), null, CancellationToken.None));
        Assert.StartsWith("The loss of the first batch is NaN or infinite before any weight has changed", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_epoch_that_fails_leaves_the_best_weights_of_the_epochs_before_and_the_reason()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        var weights = new List<float>();
        Tally Validate(int epoch, Tally training, CancellationToken cancellation)
        {
            if (epoch == 4) throw new IOException("The disk is gone.");
            weights.Add(head.weight![0, 0].item<float>());
            return new Tally(10, epoch == 2 ? 9 : 5, 1);
        }

        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), Data(), Validate, CancellationToken.None);

        Assert.IsType<IOException>(history.Failure);
        Assert.Equal((3, 2, 4), (history.Epochs.Count, history.Best.Epoch, history.FailedEpoch));
        Assert.Equal(weights[1], head.weight![0, 0].item<float>());
    }

    [Fact]
    public void An_error_in_the_first_epoch_is_thrown_for_there_is_nothing_to_keep()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        Assert.Throws<IOException>(() => new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), Data(), (_, _, _) => throw new IOException("The disk is gone."), CancellationToken.None));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_finite_after_the_last_step_is_an_error_that_names_it(float value)
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        void Spoil(int epoch)
        {
            using var still = no_grad();
            if (epoch == 3) head.bias!.fill_(value);
        }

        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), Data(), (epoch, training, _) => { Spoil(epoch); return training; }, CancellationToken.None);

        Assert.Contains("in epoch 3, 'bias' of the network became NaN or infinite", history.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(2, history.Epochs.Count);
        Assert.True(head.bias!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_validation_loss_that_is_not_finite_is_an_error()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        TrainingState history = new TrainingLoop(Recipe, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), Data(), (epoch, _, _) => new Tally(10, 9, epoch == 2 ? double.NaN : 1),
            CancellationToken.None);
        Assert.Contains("in epoch 2, the loss on the validation images became NaN", history.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(1, history.Best.Epoch);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 3, false)]
    [InlineData(2, 1, false)]
    public void A_batch_norm_with_one_value_per_channel_keeps_its_statistics_and_learns(int images, int side, bool keeps)
    {
        using var scope = NewDisposeScope();
        BatchNorm2d norm = nn.BatchNorm2d(3);
        Linear head = nn.Linear(3, 2);
        using Sequential network = nn.Sequential(("norm", norm), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", head));
        var trainee = new TrainableModel(network, head, []);
        trainee.BeginEpoch();

        trainee.Forward(randn(images, 3, side, side) + 2f)[0].sum().backward();

        Assert.Equal(keeps, norm.running_mean!.abs().max().item<float>() == 0);
        Assert.Null(TrainableModel.FirstNotFinite(network));
        Assert.NotNull(norm.weight!.grad);
        trainee.Forward(randn(4, 3, 2, 2) + 2f);
        Assert.NotEqual(0, norm.running_mean!.abs().max().item<float>()); // the next batch counts again
    }

    [Fact]
    public void Frozen_modules_keep_their_weights_and_their_statistics()
    {
        using var scope = NewDisposeScope();
        BatchNorm2d norm = nn.BatchNorm2d(3);
        Linear head = nn.Linear(3, 2);
        using Sequential network = nn.Sequential(("norm", norm), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", head));
        var trainee = new TrainableModel(network, head, [norm]);
        trainee.BeginEpoch();
        network.call(randn(4, 3, 5, 5) + 3f);
        Assert.Equal(0, norm.running_mean!.abs().max().item<float>());
        Assert.True(network.training);
        Assert.Empty(trainee.Backbone);
        Assert.False(norm.weight!.requires_grad);
    }

    [Fact]
    public void The_order_of_an_epoch_depends_on_seed_and_epoch_alone()
    {
        Assert.Equal(Shuffle.Order(50, 1, 2), Shuffle.Order(50, 1, 2));
        Assert.NotEqual(Shuffle.Order(50, 1, 2), Shuffle.Order(50, 1, 3));
        Assert.NotEqual(Shuffle.Order(50, 1, 2), Shuffle.Order(50, 2, 2));
        Assert.Equal(Enumerable.Range(0, 50), Shuffle.Order(50, 1, 2).Order());
    }

    [Fact]
    public void Weights_of_classes_give_the_loss_that_torch_gives_with_them()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        Tensor features = randn(40, 4), labels = features.select(1, 0).gt(1).to(ScalarType.Int64), ofClass = tensor(new[] { 0.6f, 3f });
        Linear head = Head();
        double expected = nn.functional.cross_entropy(head.call(features), labels, weight: ofClass).item<float>();
        FeatureData data = new(Rows.Of(features), labels, batchSize: 40, seed: 3, weights: ofClass.index_select(0, labels));

        TrainingState history = new TrainingLoop(Recipe with { Epochs = 1 }, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), data, null, CancellationToken.None);

        Assert.Equal(expected, history.Epochs[0].Loss, 1e-5);
    }

    [Fact]
    public void An_epoch_takes_the_order_it_is_given()
    {
        using var scope = NewDisposeScope();
        Tensor features = arange(5, dtype: ScalarType.Float32).reshape(5, 1);
        FeatureData data = new(Rows.Of(features), zeros(5, dtype: ScalarType.Int64), batchSize: 2, seed: 3, epoch => [epoch, 4, 4, 0]);

        Assert.Equal([2, 4, 4, 0], data.Epoch(2).SelectMany(batch => batch.Inputs.data<float>().ToArray()));
    }

    [Fact]
    public void A_training_that_gains_no_more_ends_with_its_best_weights()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        var weights = new List<float>();
        Tally Validate(int epoch, Tally training, CancellationToken stop)
        {
            weights.Add(head.weight![0, 0].item<float>());
            return new(10, epoch switch { 1 => 5, 2 => 7, _ => 6 }, 1);
        }

        TrainingState history = new TrainingLoop(Recipe with { Epochs = 9, Patience = 3 }, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), Data(), Validate, CancellationToken.None);
        Assert.Equal((5, 2, true, false), (history.Epochs.Count, history.Best.Epoch, history.HasStalled, history.IsUnfinished));
        Assert.Equal(weights[1], head.weight![0, 0].item<float>());
    }

    private static TrainingState Train(FineTuningOptions recipe)
    {
        Linear head = Head();
        return new TrainingLoop(recipe, seed: 0, TimeProvider.System, null)
            .Run(new TrainableModel(head, head, []), Data(), null, CancellationToken.None);
    }

    private static Linear Head()
    {
        manual_seed(1);
        return nn.Linear(4, 2);
    }

    private static FeatureData Data()
    {
        manual_seed(2);
        Tensor features = randn(40, 4);
        return new FeatureData(Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize: 8, seed: 3);
    }
}
