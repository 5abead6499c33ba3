using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A path that widens its input, works on it and narrows it again, added to the input where their shapes agree (Sandler et al. 2018,
/// https://arxiv.org/abs/1801.04381).
/// </summary>
internal sealed class InvertedResidual : NamedModule
{
    private readonly NamedModule _path;
    private readonly bool _added;
    private readonly double _drop;

    /// <param name="name">The name of the path.</param>
    /// <param name="path">What happens to the input.</param>
    /// <param name="added">Whether the input is added to the result.</param>
    /// <param name="drop">The probability of stochastic depth.</param>
    public InvertedResidual(string name, NamedModule path, bool added, double drop = 0) : base(nameof(InvertedResidual))
    {
        _path = Child(name, path);
        _added = added;
        _drop = drop;
    }

    /// <summary>
    /// The block of MobileNet v3 and EfficientNet: 1×1 to the wide number of channels (none where it is the input's already), depthwise,
    /// squeeze and excitation where there is one, 1×1 to the narrow number.
    /// </summary>
    public static InvertedResidual Depthwise(
        InvertedResidualShape shape, BatchNormOptions norm, Func<Tensor, Tensor> activation, SqueezeExcitation? squeeze, double drop = 0)
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
}

/// <summary>The channels that come, the channels in between and those that go; the kernel and stride of the spatial convolution.</summary>
internal sealed record InvertedResidualShape(long Inputs, long Expanded, long Outputs, long Kernel, long Stride)
{
    public bool KeepsShape => Stride == 1 && Inputs == Outputs;
}

/// <summary>Numbers of channels that suit the processor.</summary>
internal static class ChannelCount
{
    /// <summary>
    /// The multiple of <paramref name="divisor"/> nearest to a number of channels, at least one and never more than 10 % below it: the
    /// rounding of TensorFlow's MobileNets, which torchvision follows.
    /// </summary>
    public static long Round(double channels, long divisor = 8)
    {
        long rounded = Math.Max(divisor, (long)(channels + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * channels ? rounded + divisor : rounded;
    }
}
