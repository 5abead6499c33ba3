using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A path that expands its input, transforms it and narrows it again, added to the input where their shapes agree (Sandler et al. 2018,
/// https://arxiv.org/abs/1801.04381).
/// </summary>
internal sealed class InvertedResidual : NamedModule, IExportable
{
    private readonly NamedModule _path;
    private readonly bool _added;
    private readonly double _drop;

    /// <param name="name">The name of the path.</param>
    /// <param name="path">The path.</param>
    /// <param name="added">Whether the input is added to the result.</param>
    /// <param name="drop">The probability of stochastic depth.</param>
    public InvertedResidual(string name, NamedModule path, bool added, double drop = 0) : base(nameof(InvertedResidual))
    {
        _path = Child(name, path);
        _added = added;
        _drop = drop;
    }

    /// <summary>
    /// The block of MobileNet v3 and EfficientNet: 1×1 to the expanded channels (none where the input has as many), depthwise, squeeze and
    /// excitation where there is one, 1×1 to the output channels.
    /// </summary>
    public static InvertedResidual Depthwise(
        InvertedResidualShape shape, BatchNormOptions norm, Activation activation, SqueezeExcitation? squeeze, double drop = 0)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>();
        if (shape.Expanded != shape.Inputs) layers.Add(new ConvolutionModule(new(shape.Inputs, shape.Expanded, 1), norm, activation));
        layers.Add(new ConvolutionModule(
            new(shape.Expanded, shape.Expanded, shape.Kernel, shape.Stride, shape.Kernel / 2, Groups: shape.Expanded), norm, activation));
        if (squeeze is not null) layers.Add(squeeze);
        layers.Add(new ConvolutionModule(new(shape.Expanded, shape.Outputs, 1), norm));
        return new InvertedResidual("block", new Sequence(layers), shape.KeepsShape, drop);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor branch = _path.call(input);
        return _added ? StochasticDepth.Drop(branch, _drop, training).add_(input) : branch;
    }

    public SymbolicTensor Export(SymbolicTensor input) => _added ? input.Through(_path) + input : input.Through(_path);
}

/// <summary>The channels of input, expansion and output; the kernel and stride of the depthwise convolution.</summary>
internal sealed record InvertedResidualShape(long Inputs, long Expanded, long Outputs, long Kernel, long Stride)
{
    public bool KeepsShape => Stride == 1 && Inputs == Outputs;
}

/// <summary>Rounding of channel counts.</summary>
internal static class ChannelCount
{
    /// <summary>
    /// The nearest multiple of <paramref name="divisor"/>, at least one and never more than 10 % below <paramref name="channels"/>: the
    /// rounding of TensorFlow's MobileNets, which torchvision follows.
    /// </summary>
    public static long Round(double channels, long divisor = 8)
    {
        long rounded = Math.Max(divisor, (long)(channels + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * channels ? rounded + divisor : rounded;
    }
}
