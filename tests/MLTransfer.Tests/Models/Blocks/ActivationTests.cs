using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Blocks;

public class ActivationTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Relu6_has_the_results_and_gradients_of_torch_to_the_bit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        Tensor values = tensor(new[] { float.NegativeInfinity, -1, -0f, 0, 0.5f, 3, 5.96875f, 6, 6.03125f, 1e30f, float.NaN }).to(type);
        (Tensor expected, Tensor expectedGradient) = Run(values, leaf => leaf.relu6());

        (Tensor result, Tensor gradient) = Run(values, Activation.Relu6.Apply);

        Assert.Equal(Numbers(expected), Numbers(result));
        Assert.Equal(Numbers(expectedGradient), Numbers(gradient));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gradients_stay_channels_last(string name)
    {
        using var scope = NewDisposeScope();
        Tensor leaf = rand([2, 5, 6, 8]).permute(0, 3, 1, 2).requires_grad_();
        Tensor result = Named(name).Apply(leaf * 8);

        result.backward([ones(2, 5, 6, 8).permute(0, 3, 1, 2)]);

        Assert.Equal(leaf.stride(), result.stride());
        Assert.Equal(leaf.stride(), leaf.grad!.stride());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_training_step_leaves_no_tensors_behind(string name)
    {
        Step(name);
        long before = LiveTensors.OnThisThread;

        for (int step = 0; step < 3; step++) Step(name);

        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    public static TheoryData<string> All =>
        [nameof(Activation.Relu), nameof(Activation.Relu6), nameof(Activation.Sigmoid), nameof(Activation.HardSigmoid),
            nameof(Activation.HardSwish), nameof(Activation.Silu)];

    private static Activation Named(string name) => (Activation)typeof(Activation).GetProperty(name)!.GetValue(null)!;

    private static void Step(string name)
    {
        using var scope = NewDisposeScope();
        Tensor leaf = rand(4, 4).requires_grad_();
        Tensor state = leaf * 8;
        for (int layer = 0; layer < 3; layer++) state = Named(name).Apply(state) * 8;
        state.sum().backward();
    }

    private static (Tensor Result, Tensor Gradient) Run(Tensor values, Func<Tensor, Tensor> activation)
    {
        Tensor leaf = values.clone().requires_grad_();
        Tensor result = activation(leaf * 1);
        result.backward([arange(1, values.shape[0] + 1).to(values.dtype)]);
        return (result, leaf.grad!);
    }

    private static float[] Numbers(Tensor tensor) => tensor.detach().to(ScalarType.Float32).data<float>().ToArray();
}
