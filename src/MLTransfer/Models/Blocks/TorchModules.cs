using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>Exports the layers of torch itself.</summary>
internal static class TorchModules
{
    public static SymbolicTensor Export(nn.Module module, SymbolicTensor input) => module switch
    {
        Linear linear => input.Linear(linear.weight!, linear.bias),
        Conv2d convolution => Export(convolution, input),
        BatchNorm2d norm => Export(norm, input),
        LayerNorm norm => input.LayerNorm(norm.weight, norm.bias, norm.eps),
        ReLU => input.Relu(),
        GELU => input.Gelu(),
        Dropout or Identity => input,
        Flatten => input.Flatten(),
        Sequential sequential => sequential.children().Aggregate(input, (state, child) => state.Through(child)),
        _ => throw new NotSupportedException(
            $"The module {module.GetName()} ({module.GetType().Name}) cannot be exported: implement {nameof(IExportable)} in it, which "
            + "describes what its forward computes."),
    };

    /// <summary>The factor and the summand of each channel that a batch norm applies in evaluation mode, in float64.</summary>
    public static (Tensor Scale, Tensor Shift) Affine(BatchNorm2d norm)
    {
        Tensor scale = norm.weight!.to(ScalarType.Float64) / (norm.running_var!.to(ScalarType.Float64) + norm.eps).sqrt();
        return (scale, norm.bias!.to(ScalarType.Float64) - norm.running_mean!.to(ScalarType.Float64) * scale);
    }

    private static SymbolicTensor Export(BatchNorm2d norm, SymbolicTensor maps)
    {
        (Tensor scale, Tensor shift) = Affine(norm);
        return maps * scale.view(-1, 1, 1) + shift.view(-1, 1, 1);
    }

    private static SymbolicTensor Export(Conv2d convolution, SymbolicTensor maps)
    {
        if (convolution.padding_mode != PaddingModes.Zeros)
            throw new NotSupportedException(
                $"A convolution with padding mode {convolution.padding_mode} cannot be exported; only zeros can be padded.");
        return maps.Convolve(convolution.weight!, convolution.bias, Pair(convolution.stride), Pair(convolution.padding!),
            convolution.groups, Pair(convolution.dilation));
    }

    private static (long, long) Pair(long[] values) => (values[0], values[^1]);
}
