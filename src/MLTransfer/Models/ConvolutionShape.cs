using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>What a square convolution is made of.</summary>
internal sealed record ConvolutionShape(long Inputs, long Outputs, long Kernel, long Stride = 1, long Padding = 0, long Groups = 1)
{
    public Conv2d Build(bool bias) => nn.Conv2d(Inputs, Outputs, Kernel, Stride, Padding, groups: Groups, bias: bias);
}
