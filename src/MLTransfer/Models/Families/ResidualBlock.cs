using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A residual block of a ResNet (He et al. 2015): two 3×3 convolutions, or 1×1, 3×3, 1×1 in a bottleneck with the stride on the 3×3
/// (as torchvision does, "ResNet v1.5"), added to the input, which a 1×1 convolution brings to size where it must.
/// </summary>
internal sealed class ResidualBlock : NamedModule
{
    private readonly ConvolutionUnit[] _path;
    private readonly ConvolutionModule[] _shortcut;

    private ResidualBlock(params ConvolutionShape[] path) : base(nameof(ResidualBlock))
    {
        _path = [.. path.Select((shape, index) => Convolution($"conv{index + 1}", $"bn{index + 1}", shape))];
        (long inputs, long stride) = (path[0].Inputs, path.Max(shape => shape.Stride));
        Outputs = path[^1].Outputs;
        _shortcut = stride == 1 && inputs == Outputs ? []
            : [Child("downsample", new ConvolutionModule("0", "1", new(inputs, Outputs, 1, stride)))];
    }

    /// <summary>The channels of what comes out.</summary>
    public long Outputs { get; }

    public static ResidualBlock Basic(long inputs, long width, long stride) =>
        new(new(inputs, width, 3, stride, 1), new(width, width, 3, 1, 1));

    public static ResidualBlock Bottleneck(long inputs, long width, long outputs, long stride, long groups) =>
        new(new(inputs, width, 1), new(width, width, 3, stride, 1, groups), new(width, outputs, 1));

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input;
        foreach (ConvolutionUnit unit in _path[..^1]) state = unit.Forward(state).relu_();
        Tensor sum = _path[^1].Forward(state).add_(_shortcut is [var shortcut] ? shortcut.call(input) : input);
        return sum.relu_().MoveToOuterDisposeScope();
    }
}
