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
        LayerNorm norm => norm is { elementwise_affine: true, normalized_shape.Length: 1 }
            ? input.LayerNorm(norm.weight, norm.bias, norm.eps)
            : throw Unlike(norm, "over one dimension, with weights"),
        ReLU => input.Relu(),
        GELU gelu => gelu.approximate == GELU.Approximate.none ? input.Gelu() : throw Unlike(gelu, "without approximation"),
        LogSoftmax softmax => softmax.dim == -1 || softmax.dim == input.Shape.Count - 1 ? input.LogSoftmax()
            : throw Unlike(softmax, "over the last dimension"),
        Dropout or Identity => input,
        Flatten flatten => flatten is { start_dim: 1, end_dim: -1 } ? input.Flatten()
            : throw Unlike(flatten, "of all dimensions but the first"),
        Sequential sequential => sequential.children().Aggregate(input, (state, child) => state.Through(child)),
        _ => throw new NotSupportedException(
            $"The module {module.GetName()} ({module.GetType().Name}) cannot be exported: implement {nameof(IExportable)} in it, which "
            + "describes what its forward computes."),
    };

    /// <summary>The factor and the summand of each channel that a batch norm applies in evaluation mode.</summary>
    public static (Tensor Scale, Tensor Shift) Affine(BatchNorm2d norm, ScalarType type)
    {
        Tensor scale = norm.weight!.to(type) / (norm.running_var!.to(type) + norm.eps).sqrt();
        return (scale, norm.bias!.to(type) - norm.running_mean!.to(type) * scale);
    }

    private static SymbolicTensor Export(BatchNorm2d norm, SymbolicTensor maps)
    {
        if (norm is not { affine: true, track_running_stats: true }) throw Unlike(norm, "with weights and running statistics");
        (Tensor scale, Tensor shift) = Affine(norm, ScalarType.Float64);
        return maps * scale.view(-1, 1, 1) + shift.view(-1, 1, 1);
    }

    private static SymbolicTensor Export(Conv2d convolution, SymbolicTensor maps)
    {
        if (convolution is not { padding_mode: PaddingModes.Zeros, padding_type: null })
            throw Unlike(convolution, "padded by zeros of a given number");
        return maps.Convolve(convolution.weight!, convolution.bias, Pair(convolution.stride), Pair(convolution.padding!),
            convolution.groups, Pair(convolution.dilation));
    }

    private static NotSupportedException Unlike(nn.Module module, string possible) => new(
        $"The module {module.GetName()} cannot be exported with its settings; a {module.GetType().Name} {possible} can. Otherwise call it "
        + $"in a module of your own that implements {nameof(IExportable)}.");

    private static (long, long) Pair(long[] values) => (values[0], values[^1]);
}
