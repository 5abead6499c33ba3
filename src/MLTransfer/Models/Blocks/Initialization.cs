using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>Random initial weights, as torchvision's families choose them.</summary>
internal static class Initialization
{
    [ThreadStatic]
    private static bool _isLeftOut;

    /// <summary>Whether weights need not be drawn.</summary>
    public static bool IsLeftOut => _isLeftOut;

    /// <summary>
    /// Builds a network whose weights will all be loaded: they are zero, and no random numbers are drawn, which takes longer than loading.
    /// Modules from outside this library draw theirs nevertheless.
    /// </summary>
    public static T LeaveOut<T>(Func<T> build)
    {
        bool before = _isLeftOut;
        _isLeftOut = true;
        try
        {
            return build();
        }
        finally
        {
            _isLeftOut = before;
        }
    }

    /// <summary>A convolution as in PyTorch.</summary>
    public static Conv2d NewConvolution(ConvolutionShape shape, bool bias)
    {
        Conv2d layer = nn.Conv2d(
            shape.Inputs, shape.Outputs, (shape.Kernel, shape.KernelWidth ?? shape.Kernel), (shape.Stride, shape.Stride),
            (shape.Padding, shape.PaddingWidth ?? shape.Padding), groups: shape.Groups, bias: bias, device: Place);
        if (!_isLeftOut) return layer;
        layer.weight = Zeros(layer.weight!);
        if (layer.bias is { } summand) layer.bias = Zeros(summand);
        return layer;
    }

    /// <summary>A linear layer as in PyTorch.</summary>
    public static Linear NewLinear(long inputs, long outputs, bool bias = true)
    {
        Linear layer = nn.Linear(inputs, outputs, bias, device: Place);
        if (!_isLeftOut) return layer;
        layer.weight = Zeros(layer.weight!);
        if (layer.bias is { } summand) layer.bias = Zeros(summand);
        return layer;
    }

    // On the meta device torch's layers have shapes and no numbers.
    private static Device? Place => _isLeftOut ? META : null;

    private static Parameter Zeros(Tensor shaped) => new(zeros(shaped.shape));

    /// <summary>
    /// Convolutions normal with variance 2 / fan-out (He et al. 2015, https://arxiv.org/abs/1502.01852); the rest as PyTorch's layers.
    /// </summary>
    public static void KaimingFanOut(nn.Module model)
    {
        if (_isLeftOut) return;
        foreach (Conv2d convolution in model.modules().OfType<Conv2d>())
        {
            nn.init.kaiming_normal_(convolution.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            if (convolution.bias is { } bias) nn.init.zeros_(bias);
        }
    }

    /// <summary>A linear layer as in PyTorch: weights and biases uniform within ±1/√inputs.</summary>
    public static void Linear(Tensor weight, Tensor bias)
    {
        if (_isLeftOut)
        {
            nn.init.zeros_(weight);
            nn.init.zeros_(bias);
            return;
        }

        double bound = 1 / Math.Sqrt(weight.shape[1]);
        nn.init.uniform_(weight, -bound, bound);
        nn.init.uniform_(bias, -bound, bound);
    }

    /// <summary>A linear layer with weights normal(0, <paramref name="deviation"/>) and biases zero.</summary>
    public static void NormalLinear(Tensor weight, Tensor? bias, double deviation)
    {
        if (_isLeftOut) nn.init.zeros_(weight);
        else nn.init.normal_(weight, 0, deviation);
        if (bias is not null) nn.init.zeros_(bias);
    }

    /// <summary>A matrix uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), overwritten.</summary>
    public static Tensor Xavier(Tensor weight) => _isLeftOut ? nn.init.zeros_(weight) : nn.init.xavier_uniform_(weight);

    /// <summary>As <see cref="KaimingFanOut"/>, with linear layers normal(0, 0.01) and biases zero.</summary>
    public static void Vgg(nn.Module model)
    {
        if (_isLeftOut) return;
        KaimingFanOut(model);
        foreach (Linear linear in model.modules().OfType<Linear>())
            NormalLinear(linear.weight!, linear.bias!, 0.01);
    }

    /// <summary>
    /// All convolutions and linear layers normal(0, <paramref name="deviation"/>) within [-2, 2], as torchvision's Inceptions; biases as in
    /// PyTorch's layers.
    /// </summary>
    public static void TruncatedNormal(nn.Module model, double deviation)
    {
        if (_isLeftOut) return;
        foreach (nn.Module module in model.modules())
        {
            if ((module as Conv2d)?.weight is { } kernel) TruncatedNormal(kernel, deviation);
            if ((module as Linear)?.weight is { } weight) TruncatedNormal(weight, deviation);
        }
    }

    /// <summary>A linear layer with weights normal(0, <paramref name="deviation"/>) within [-2, 2] and biases as in PyTorch.</summary>
    public static void TruncatedNormalLinear(Tensor weight, Tensor bias, double deviation)
    {
        Linear(weight, bias);
        TruncatedNormal(weight, deviation);
    }

    /// <summary>
    /// Fills a tensor from a normal(0, <paramref name="deviation"/>) that is cut at ±2, by the inverse of its distribution function:
    /// σ · √2 · erf⁻¹(u) with u uniform within ±erf(2 / (σ · √2)), as PyTorch's <c>trunc_normal_</c>. TorchSharp 0.107's own
    /// gives a constant.
    /// </summary>
    /// <returns>The tensor itself, overwritten.</returns>
    public static Tensor TruncatedNormal(Tensor weight, double deviation)
    {
        if (_isLeftOut) return nn.init.zeros_(weight);
        using var frozen = no_grad();
        using Tensor cut = tensor(2 / (deviation * Math.Sqrt(2)), ScalarType.Float64).erf_();
        // erf⁻¹(±1) is infinite, and float32 sometimes rounds to 1: PyTorch then has a weight of ±2, here it is the largest possible
        // draw.
        double bound = Math.Min(cut.item<double>(), MathF.BitDecrement(1));
        weight.uniform_(-bound, bound).clamp_(-bound, bound).erfinv_().mul_(deviation * Math.Sqrt(2));
        return weight;
    }
}
