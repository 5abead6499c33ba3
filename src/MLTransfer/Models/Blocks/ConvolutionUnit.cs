using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// A convolution and the batch norm after it. Folded, both are one convolution: w' = w · γ/√(σ² + ε),
/// b' = β − μ · γ/√(σ² + ε) (Jacob et al. 2018, section 3.2), with channels-last weights.
/// </summary>
internal sealed class ConvolutionUnit(Conv2d convolution, BatchNorm2d? norm, ConvolutionShape shape) : IFoldable
{
    private static readonly long[] Dilation = [1, 1];
    private readonly long[] _stride = [shape.Stride, shape.Stride];
    private readonly long[] _padding = [shape.Padding, shape.PaddingWidth ?? shape.Padding];
    private Tensor? _weight;
    private Tensor? _bias;

    // The gradients of such depthwise convolutions took 1.3 to 28 times as long in bfloat16 as in float32 (oneDNN of libtorch 2.10, on an
    // EPYC with AVX512-BF16). Of the others that were tried, only a first convolution of 3 channels took longer, by a millisecond.
    private bool IsSlowToTrain => shape.Groups > 1 && shape.Groups == shape.Inputs && shape is not { Kernel: 3, Stride: 1 };

    /// <summary>The convolution, and its batch norm if it has one.</summary>
    public IReadOnlyList<nn.Module> Modules { get; } = norm is null ? [convolution] : [convolution, norm];

    public Tensor Forward(Tensor input)
    {
        if (_weight is not null) return nn.functional.conv2d(input, _weight, _bias, _stride, _padding, Dilation, shape.Groups);
        if (norm is null) return Convolve(input);
        if (!norm.training && is_grad_enabled()) return ConvolveFolded(input);
        using Tensor convolved = Convolve(input);
        return norm.call(convolved);
    }

    public void Fold(ScalarType type)
    {
        Unfold();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        (Tensor weight, Tensor bias) = Folded(ScalarType.Float64);
        _weight = ChannelsLast(weight.to(type)).DetachFromDisposeScope();
        _bias = bias.to(type).DetachFromDisposeScope();
    }

    /// <summary>Appends the folded convolution to a graph.</summary>
    public SymbolicTensor Export(SymbolicTensor maps)
    {
        (Tensor weight, Tensor bias) = Folded(ScalarType.Float64);
        return maps.Convolve(weight, bias, (shape.Stride, shape.Stride), (_padding[0], _padding[1]), shape.Groups);
    }

    public void Unfold()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _weight = _bias = null;
    }

    /// <summary>
    /// The weights, in their own type, and the bias of a convolution that does what both do in evaluation mode. The factors of the norm are
    /// computed in another type; that for all weights would take most of the time.
    /// </summary>
    private (Tensor Weight, Tensor Bias) Folded(ScalarType type)
    {
        Tensor weight = convolution.weight!;
        Tensor bias = convolution.bias is { } own ? own.to(type) : zeros(shape.Outputs, dtype: type, device: weight.device);
        if (norm is null) return (weight, bias);
        (Tensor scale, Tensor shift) = TorchModules.Affine(norm, type);
        return (weight * scale.to(weight.dtype).view(-1, 1, 1, 1), bias * scale + shift);
    }

    /// <summary>
    /// For training with the statistics that the norm comes with: gradients of its weights go through the folded ones. The norm need not
    /// keep its input, half of the activations, for the backward pass, and takes no time.
    /// </summary>
    private Tensor ConvolveFolded(Tensor input)
    {
        using var scope = NewDisposeScope();
        (Tensor weight, Tensor bias) = Folded(convolution.weight!.dtype);
        return Convolve(input, weight, bias).MoveToOuterDisposeScope();
    }

    private Tensor Convolve(Tensor input)
    {
        Tensor weight = convolution.weight!;
        if (input.dtype == weight.dtype) return convolution.call(input);
        using var scope = NewDisposeScope();
        return Convolve(input, weight, convolution.bias).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes in the type of the input: with bfloat16 in training, the weights themselves stay in float32, as in torch's autocast. What
    /// is slow in it goes through float32.
    /// </summary>
    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias)
    {
        ScalarType type = IsSlowToTrain && input.dtype == ScalarType.BFloat16 && input.device_type == DeviceType.CPU && is_grad_enabled()
            ? ScalarType.Float32 : input.dtype;
        return nn.functional.conv2d(
            input.to(type), weight.to(type), bias?.to(type), _stride, _padding, Dilation, shape.Groups).to(input.dtype);
    }

    private static Tensor ChannelsLast(Tensor weight) => weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}

/// <summary>The shape of a convolution; square where no width is given.</summary>
internal sealed record ConvolutionShape(long Inputs, long Outputs, long Kernel, long Stride = 1, long Padding = 0, long Groups = 1)
{
    /// <summary>The width of the kernel; null: its height.</summary>
    public long? KernelWidth { get; init; }

    /// <summary>The padding left and right; null: that above and below.</summary>
    public long? PaddingWidth { get; init; }

    public Conv2d Build(bool bias) => Initialization.NewConvolution(this, bias);
}

/// <summary>The ε of a batch norm, and its momentum: the weight of a batch in the running statistics.</summary>
internal sealed record BatchNormOptions(double Epsilon = 1e-5, double Momentum = 0.1)
{
    /// <summary>PyTorch's default.</summary>
    public static BatchNormOptions Default { get; } = new();
}
