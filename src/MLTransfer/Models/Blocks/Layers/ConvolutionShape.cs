using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>What a convolution is made of; square where no width is given.</summary>
internal sealed record ConvolutionShape(long Inputs, long Outputs, long Kernel, long Stride = 1, long Padding = 0, long Groups = 1)
{
    /// <summary>The width of the kernel, where it is not its height.</summary>
    public long? KernelWidth { get; init; }

    /// <summary>The padding left and right, where it is not that above and below.</summary>
    public long? PaddingWidth { get; init; }

    public Conv2d Build(bool bias) => nn.Conv2d(
        Inputs, Outputs, (Kernel, KernelWidth ?? Kernel), (Stride, Stride), (Padding, PaddingWidth ?? Padding), groups: Groups, bias: bias);
}
