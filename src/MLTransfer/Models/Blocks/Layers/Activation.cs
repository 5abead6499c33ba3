using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>The activations of the zoo. Each overwrites what it is given and returns it.</summary>
internal static class Activation
{
    public static Tensor Relu(Tensor input) => input.relu_();

    public static Tensor Relu6(Tensor input) => input.relu6_();

    public static Tensor Sigmoid(Tensor input) => input.sigmoid_();

    public static Tensor HardSigmoid(Tensor input) => input.hardsigmoid_();

    public static Tensor HardSwish(Tensor input) => input.hardswish_();

    public static Tensor Silu(Tensor input) => input.silu_();
}
