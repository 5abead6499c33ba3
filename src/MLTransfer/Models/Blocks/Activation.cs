using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>An activation of the zoo.</summary>
/// <param name="Apply">Gives the result and takes the input over: it is overwritten or disposed.</param>
/// <param name="Export">Appends it to a graph.</param>
internal sealed record Activation(Func<Tensor, Tensor> Apply, Func<SymbolicTensor, SymbolicTensor> Export)
{
    public static Activation Relu { get; } = new(input => input.relu_(), input => input.Relu());

    public static Activation Relu6 { get; } = new(
        input => !input.requires_grad ? input.relu6_()
            : input.dtype == ScalarType.Float32 ? Clip6(input) : Kept(input, values => values.relu6()),
        input => input.Relu6());

    public static Activation Sigmoid { get; } = new(input => input.sigmoid_(), input => input.Sigmoid());

    public static Activation HardSigmoid { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.hardsigmoid()) : input.hardsigmoid_(), input => input.HardSigmoid());

    public static Activation HardSwish { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.hardswish()) : input.hardswish_(), input => input.HardSwish());

    public static Activation Silu { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.silu()) : input.silu_(), input => input.Silu());

    // The gradient of relu6 needs the input; that of where needs one byte for each value, and that of relu_ the result, which the next
    // layer keeps anyway. With it, a training step of MobileNet v1 or v2 took 6 to 19 % more time; in bfloat16, where there is less to
    // save, 30 to 49 %. masked_fill would save as much, but its gradient is not channels-last, which slows down all layers before.
    private static Tensor Clip6(Tensor input)
    {
        using Tensor isAbove = input.ge(6), six = full([], 6, input.dtype, input.device);
        using (input) return where(isAbove, six, input).relu_();
    }

    // The gradient needs the input. To overwrite it, torch would first copy it.
    private static Tensor Kept(Tensor input, Func<Tensor, Tensor> activation)
    {
        using (input) return activation(input);
    }
}
