using MLTransfer.Models.Packing;
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
            : input.device_type == DeviceType.CPU ? TrainedRelu6.Of(input) : Kept(input, values => values.relu6()),
        input => input.Relu6());

    public static Activation Sigmoid { get; } = new(input => input.sigmoid_(), input => input.Sigmoid());

    public static Activation HardSigmoid { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.hardsigmoid()) : input.hardsigmoid_(), input => input.HardSigmoid());

    public static Activation HardSwish { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.hardswish()) : input.hardswish_(), input => input.HardSwish());

    public static Activation Silu { get; } = new(
        input => input.requires_grad ? Kept(input, values => values.silu()) : input.silu_(), input => input.Silu());

    // The gradient needs the input. To overwrite it, torch would first copy it.
    private static Tensor Kept(Tensor input, Func<Tensor, Tensor> activation)
    {
        using (input) return activation(input);
    }
}

/// <summary>
/// ReLU6 for training on the processor, in place. Its gradient is that of the input where the result lies between 0 and 6, so only the
/// result is kept, which the next layer keeps anyway; torch's own keeps the input.
/// </summary>
internal sealed class TrainedRelu6 : autograd.SingleTensorFunction<TrainedRelu6>
{
    private const string Method = "gradient";

    // Never disposed: it holds no tensors, and libtorch keeps its code anyway.
    private static readonly TorchScript Script = new(new ScriptMethod(
        Method, "gradient: Tensor, result: Tensor", "", "ops.aten.hardtanh_backward(gradient, result, 0., 6.)"));

    [ThreadStatic]
    private static Tensor? _last;

    public override string Name => nameof(TrainedRelu6);

    public static Tensor Of(Tensor input)
    {
        using (input)
        {
            using (no_grad()) input.relu6_();
            return apply(input);
        }
    }

    public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        Tensor result = ((Tensor)inputs[0]).alias();
        context.save_for_backward([result]);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        // torch has taken over what was returned last. Without this, the gradients of all layers would be in memory together until the
        // dispose scope of the training step ends.
        _last?.Dispose();
        using Tensor result = context.get_saved_variables()[0];
        using (gradient) return [_last = Script.Run(Method, gradient, result)];
    }
}
