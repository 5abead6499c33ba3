using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A residual block of a ResNet (He et al. 2015): two 3×3 convolutions, or 1×1, 3×3, 1×1 in a bottleneck with the stride on the 3×3
/// (as torchvision does, "ResNet v1.5"), added to the input, which a 1×1 convolution brings to size where it must.
/// </summary>
internal sealed class ResidualBlock : NamedModule
{
    private readonly ConvolutionUnit[] _path;
    private readonly ConvolutionModule[] _shortcut;

    public ResidualBlock(long inputs, long width, long stride, bool bottleneck) : base(nameof(ResidualBlock))
    {
        long outputs = bottleneck ? 4 * width : width;
        _path = bottleneck
            ? [
                Convolution("conv1", "bn1", new(inputs, width, 1)),
                Convolution("conv2", "bn2", new(width, width, 3, stride, 1)),
                Convolution("conv3", "bn3", new(width, outputs, 1)),
            ]
            : [
                Convolution("conv1", "bn1", new(inputs, width, 3, stride, 1)),
                Convolution("conv2", "bn2", new(width, width, 3, 1, 1)),
            ];
        _shortcut = stride == 1 && inputs == outputs
            ? []
            : [Child("downsample", new ConvolutionModule("0", "1", new(inputs, outputs, 1, stride)))];
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input;
        foreach (ConvolutionUnit unit in _path[..^1]) state = unit.Forward(state).relu_();
        Tensor sum = _path[^1].Forward(state).add_(_shortcut is [var shortcut] ? shortcut.call(input) : input);
        return sum.relu_().MoveToOuterDisposeScope();
    }
}
