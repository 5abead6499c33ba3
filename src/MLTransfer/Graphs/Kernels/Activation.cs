using static TorchSharp.torch;

namespace MLTransfer.Graphs.Kernels;

/// <summary>A function of single elements; a convolution before it applies it in place.</summary>
/// <param name="apply">The function, into new memory.</param>
/// <param name="applyInPlace">The same, in the memory of its input; null where there is no such function.</param>
internal sealed class ActivationKernel(Func<Tensor, Tensor> apply, Func<Tensor, Tensor>? applyInPlace = null) : Kernel
{
    /// <summary>max(x, 0).</summary>
    public static ActivationKernel Relu => new(x => x.relu(), x => x.relu_());

    /// <summary>min(max(x, 0), 6).</summary>
    public static ActivationKernel Relu6 => new(x => x.clamp(0, 6), x => x.clamp_(0, 6));

    /// <summary>The function in the memory of its input, which only the caller uses.</summary>
    public Func<Tensor, Tensor> InPlace => applyInPlace ?? apply;

    public override GraphValue[] Run(GraphValue[] inputs) => [apply(inputs[0].Tensor)];
}

/// <summary>
/// scale · x + shift with constants that are broadcast to x: biases, batch norms, constant additions and multiplications. A convolution or
/// matrix product before it takes them into its weights.
/// </summary>
/// <param name="constants">The factor (null: 1) and what is added (null: 0), or null where it has no such form.</param>
/// <param name="run">Computes it, exactly as the operation does.</param>
/// <param name="variable">Which of the inputs is x.</param>
internal class AffineKernel(Func<(Tensor? Scale, Tensor? Shift)?> constants, Func<Tensor, Tensor> run, int variable = 0) : Kernel
{
    public override GraphValue[] Run(GraphValue[] inputs) => [run(inputs[variable].Tensor)];

    /// <summary>Scale and shift as one number for each channel, in float64.</summary>
    /// <param name="channels">The number of channels of x.</param>
    /// <param name="rank">The number of axes of x.</param>
    /// <param name="fromEnd">Where the channels of x are: 1 for the last axis.</param>
    /// <returns>Null where the constants differ along another axis, or would give x another shape.</returns>
    public (Tensor Scale, Tensor Shift)? PerChannel(long channels, int rank, int fromEnd)
    {
        if (constants() is not var (scale, shift)) return null;
        Tensor? factor = Vector(scale, 1, channels, rank, fromEnd);
        Tensor? summand = Vector(shift, 0, channels, rank, fromEnd);
        return factor is null || summand is null ? null : (factor, summand);
    }

    private static Tensor? Vector(Tensor? constant, double otherwise, long channels, int rank, int fromEnd)
    {
        if (constant is null) return full(channels, otherwise, dtype: ScalarType.Float64);
        if (constant.dtype is not (ScalarType.Float32 or ScalarType.Float64) || constant.dim() > rank) return null;
        Tensor wide = constant.to(ScalarType.Float64);
        if (constant.numel() == 1) return wide.reshape(1).expand(channels);
        bool isPerChannel = constant.dim() >= fromEnd && constant.numel() == channels && constant.shape[^fromEnd] == channels;
        return isPerChannel ? wide.reshape(channels) : null;
    }
}
