using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class OptimizersTests
{
    private const int Steps = 20;
    private static readonly float[] Start = [0.5f, -1f, 2f, 0.25f], Scales = [1f, 0.1f, 3f, 0.02f];

    public static TheoryData<string> Paths => [.. PyTorchNumbers.Names("optimizers")];

    // PyTorch computed in float64; the weights, of the size of 1, are in float32 here.
    [Theory, MemberData(nameof(Paths))]
    public void Twenty_steps_go_where_those_of_PyTorch_go(string name)
    {
        using var scope = NewDisposeScope();
        string[] words = name.Split(", ");
        var options = new FineTuningOptions
        {
            Optimizer = Enum.Parse<OptimizerKind>(words[0]), Momentum = words[^1] == "no momentum" ? 0 : 0.9,
            Nesterov = words[^1] != "plain momentum",
        };
        Parameter weights = new(tensor(Start));
        using OptimizerHelper optimizer = Optimizers.Create(options, [new([weights], 0.05, 0.1)]);
        var path = new List<double>();
        for (int step = 0; step < Steps; step++)
        {
            weights.grad = Gradient(weights.detach(), step);
            optimizer.step();
            path.AddRange(weights.detach().data<float>().ToArray().Select(weight => (double)weight));
        }

        Assert.Equal(PyTorchNumbers.Of("optimizers", name), path, (one, other) => Math.Abs(one - other) <= 1e-5);
    }

    [Fact]
    public void Every_optimizer_is_compared_with_PyTorch() => Assert.Equal(
        Enum.GetNames<OptimizerKind>().Order(), PyTorchNumbers.Names("optimizers").Select(name => name.Split(", ")[0]).Distinct().Order());

    [Theory]
    [InlineData(OptimizerKind.AdamW, 0.9, 1 - 0.1 * 0.5, 1)] // decoupled: w · (1 − rate · decay)
    [InlineData(OptimizerKind.Sgd, 0.9, 1 - 0.1 * 0.5 * 1.9, 1)] // L2: the gradient is decay · w, and Nesterov momentum adds 0.9 of it
    [InlineData(OptimizerKind.Sgd, 0, 1 - 0.1 * 0.5, 1)] // plain gradient descent
    public void Each_group_has_a_weight_decay_of_its_own(OptimizerKind kind, double momentum, double decayed, double kept)
    {
        using var scope = NewDisposeScope();
        Parameter first = new(ones(1)), second = new(ones(1));
        using OptimizerHelper optimizer = Optimizers.Create(
            new FineTuningOptions { Optimizer = kind, Momentum = momentum }, [new([first], 0.1, 0.5), new([second], 0.2, 0)]);
        (first * 0 + second * 0).sum().backward();
        optimizer.step();
        Assert.Equal(decayed, first.item<float>(), 1e-6);
        Assert.Equal(kept, second.item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    public void A_fused_optimizer_goes_on_with_a_state_that_the_one_of_TorchSharp_saved(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        var options = new FineTuningOptions { Optimizer = kind };
        Parameter ofTorchSharp = new(tensor(Start)), late = new(tensor(Start));
        using OptimizerHelper known = Own(kind, [ofTorchSharp, late]);
        for (int step = 0; step < 3; step++) Step(known, step, ofTorchSharp);
        using var file = new MemoryStream();
        known.save_state_dict(new BinaryWriter(file));
        Parameter weights = new(ofTorchSharp.detach().clone()), lateToo = new(tensor(Start));
        using OptimizerHelper fused = Optimizers.Create(options, [new([weights, lateToo], 0.05, 0.1)]);
        file.Position = 0;
        fused.load_state_dict(new BinaryReader(file));
        for (int step = 3; step < 6; step++)
        {
            // The second weights learn from now on, and have made fewer steps.
            Step(known, step, ofTorchSharp, late);
            Step(fused, step, weights, lateToo);
        }

        Assert.True(weights.allclose(ofTorchSharp, rtol: 0, atol: 1e-6));
        Assert.True(lateToo.allclose(late, rtol: 0, atol: 1e-6));
        Assert.False(lateToo.allclose(tensor(Start)));
        using MemoryStream after = new(), expected = new();
        fused.save_state_dict(new BinaryWriter(after));
        known.save_state_dict(new BinaryWriter(expected));
        Assert.Equal(expected.Length, after.Length);
        after.Position = 0;
        known.load_state_dict(new BinaryReader(after));
    }

    [Fact]
    public void Weights_without_a_gradient_stay()
    {
        using var scope = NewDisposeScope();
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            Parameter weights = new(tensor(Start));
            using OptimizerHelper optimizer = Optimizers.Create(new FineTuningOptions { Optimizer = kind }, [new([weights], 0.05, 0.1)]);
            optimizer.step();
            Assert.True(weights.Equals(tensor(Start)), $"{kind}");
        }
    }

    private static OptimizerHelper Own(OptimizerKind kind, Parameter[] weights) => kind switch
    {
        OptimizerKind.Sgd => optim.SGD(
            [new SGD.ParamGroup(weights, 0.05, 0.9, weight_decay: 0.1, nesterov: new FineTuningOptions().Nesterov)], 0.05),
        OptimizerKind.Adam => optim.Adam([new Adam.ParamGroup(weights, 0.05, weight_decay: 0.1)]),
        _ => optim.AdamW([new AdamW.ParamGroup(weights, 0.05, weight_decay: 0.1)]),
    };

    private static void Step(OptimizerHelper optimizer, int step, params Parameter[] learning)
    {
        foreach (Parameter weights in learning) weights.grad = Gradient(weights.detach(), step);
        optimizer.step();
    }

    private static Tensor Gradient(Tensor weights, int step) =>
        tensor(Scales) * (weights + 0.3 * step).sin() + 0.05 * tensor(Scales) * weights;
}
