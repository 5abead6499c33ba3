using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>A convolution, its batch norm and the activation behind them, if any, as a module of their own.</summary>
internal sealed class ConvolutionModule : NamedModule
{
    private readonly ConvolutionUnit _unit;
    private readonly Func<Tensor, Tensor>? _activation;

    /// <summary>Under the names "0" and "1", as torchvision's blocks have them.</summary>
    public ConvolutionModule(ConvolutionShape shape, BatchNormShape norm, Func<Tensor, Tensor>? activation = null)
        : this("0", "1", shape, norm, activation)
    {
    }

    /// <summary>Under the names its network gives them.</summary>
    public ConvolutionModule(string convolution, string norm, ConvolutionShape shape)
        : this(convolution, norm, shape, BatchNormShape.Default, activation: null)
    {
    }

    private ConvolutionModule(string convolution, string norm, ConvolutionShape shape, BatchNormShape statistics, Func<Tensor,
        Tensor>? activation)
        : base(nameof(ConvolutionModule))
    {
        _unit = Convolution(convolution, norm, shape, statistics.Epsilon, momentum: statistics.Momentum);
        _activation = activation;
    }

    /// <summary>As torchvision's GoogLeNet and Inception v3 have them: "conv" and "bn" with ε = 1e-3, and a ReLU.</summary>
    public static ConvolutionModule Inception(ConvolutionShape shape) =>
        new("conv", "bn", shape, new BatchNormShape(1e-3), Activation.Relu);

    public override Tensor forward(Tensor input)
    {
        Tensor result = _unit.Forward(input);
        return _activation is null ? result : _activation(result);
    }
}
