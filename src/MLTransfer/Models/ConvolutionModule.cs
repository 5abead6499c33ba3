using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A convolution and its batch norm as a module of their own, under the names its network gives them.</summary>
internal sealed class ConvolutionModule : NamedModule
{
    private readonly ConvolutionUnit _unit;

    public ConvolutionModule(string convolution, string norm, ConvolutionShape shape) : base(nameof(ConvolutionModule)) =>
        _unit = Convolution(convolution, norm, shape);

    public override Tensor forward(Tensor input) => _unit.Forward(input);
}
