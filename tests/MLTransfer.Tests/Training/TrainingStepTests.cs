using MLTransfer.Tests.Features;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class TrainingStepTests
{
    private static readonly FineTuningOptions Plain = new()
    {
        Optimizer = OptimizerKind.Sgd, LearningRate = 1, Momentum = 0, WeightDecay = 0, Epochs = 3, Schedule = ScheduleKind.Constant,
    };

    // Sums in another order differ in the last bits of float32.
    [Theory]
    [InlineData(4, 40, false)] // 4 batches of 10 are one of 40
    [InlineData(4, 40, true)]
    [InlineData(3, 30, false)] // the last batch of an epoch is a step of its own, of 10 images
    [InlineData(5, 40, false)] // fewer batches in an epoch than in a step
    public void Accumulated_batches_train_as_one_large_batch(int accumulate, int large, bool areWeighted)
    {
        using var scope = NewDisposeScope();
        float[] expected = Train(Plain with { LearningRate = 0.3 }, large, areWeighted);
        float[] accumulated = Train(Plain with { LearningRate = 0.3, Accumulate = accumulate }, 10, areWeighted);
        Assert.Equal(expected, accumulated, (one, other) => Math.Abs(one - other) <= 1e-6);
    }

    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(1000, 0)]
    [InlineData(0, 0.02)]
    [InlineData(0.05, 0.02)]
    public void Gradients_are_clipped_before_the_update(double norm, double value)
    {
        using var scope = NewDisposeScope();
        float[] free = Step(Plain), clipped = Step(Plain with { ClipNorm = norm, ClipValue = value });
        double[] expected = [.. free.Select(gradient => value > 0 ? Math.Clamp(gradient, -value, value) : gradient)];
        double length = Math.Sqrt(expected.Sum(gradient => gradient * gradient));
        double scale = norm > 0 ? Math.Min(1, norm / (length + 1e-6)) : 1;
        Assert.Equal(
            expected.Select(gradient => gradient * scale), clipped.Select(gradient => (double)gradient),
            (one, other) => Math.Abs(one - other) <= 1e-6);
    }

    [Fact]
    public void Gradients_are_clipped_as_PyTorch_clips_them()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            PyTorchNumbers.Of("clipped_by_norm_2"),
            Clipped(all => TrainingStep.ClipNorm([.. all.Select(each => each.grad!)], 2)),
            Nearly);
        Assert.Equal(PyTorchNumbers.Of("clipped_by_value_1"), Clipped(all => nn.utils.clip_grad_value_(all, 1)), Nearly);

        static bool Nearly(double one, double other) => Math.Abs(one - other) <= 1e-6;
    }

    [Fact]
    public void No_gradients_take_memory_between_steps()
    {
        using var scope = NewDisposeScope();
        Linear head = Head();
        using var state = new TrainingState(new TrainableModel(head, head, []), Plain with { Accumulate = 2 });
        state.Model.BeginEpoch();
        var step = new TrainingStep(state, Plain with { Accumulate = 2 });
        using var tally = new RunningTally();
        using LabelledBatch batch = new(randn(10, 4), zeros(10, dtype: ScalarType.Int64), 10);
        step.Run(batch, rate: 1, tally);
        Assert.All(head.parameters(), parameter => Assert.NotNull(parameter.grad));
        step.Run(batch, rate: 1, tally);
        Assert.All(head.parameters(), parameter => Assert.Null(parameter.grad));
    }

    private static double[] Clipped(Action<Parameter[]> clip)
    {
        Parameter first = new(zeros(2)), second = new(zeros(1));
        (first.grad, second.grad) = (tensor(new[] { 3f, -0.5f }), tensor(new[] { 4f }));
        clip([first, second]);
        return [.. new[] { first, second }.SelectMany(each => each.grad!.data<float>().ToArray()).Select(value => (double)value)];
    }

    /// <summary>How one step at the learning rate 1 changes the weights, negated: the gradient that was used.</summary>
    private static float[] Step(FineTuningOptions options)
    {
        Linear head = Head();
        float[] before = Values(head);
        using var state = new TrainingState(new TrainableModel(head, head, []), options);
        state.Model.BeginEpoch();
        manual_seed(5);
        using LabelledBatch batch = new(randn(10, 4), zeros(10, dtype: ScalarType.Int64), 10);
        using var tally = new RunningTally();
        new TrainingStep(state, options).Run(batch, rate: 1, tally);
        return [.. before.Zip(Values(head), (old, now) => old - now)];
    }

    private static float[] Train(FineTuningOptions options, int batchSize, bool areWeighted)
    {
        Linear head = Head();
        manual_seed(2);
        Tensor features = randn(40, 4);
        var data = new FeatureData(
            Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize, seed: 3,
            weights: areWeighted ? rand(40) + 0.2f : null);
        new TrainingLoop(options, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), data, null, CancellationToken.None);
        return Values(head);
    }

    private static Linear Head()
    {
        manual_seed(1);
        return nn.Linear(4, 2);
    }

    private static float[] Values(Linear head) => [.. head.parameters().SelectMany(each => each.detach().data<float>().ToArray())];
}
