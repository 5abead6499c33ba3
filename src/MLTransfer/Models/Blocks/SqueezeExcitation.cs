using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// Squeeze-and-excitation (Hu et al. 2017, https://arxiv.org/abs/1709.01507): each channel is scaled by a factor between 0 and 1, which two
/// small layers compute from the means of all channels.
/// </summary>
internal sealed class SqueezeExcitation : NamedModule, IExportable
{
    private readonly ConvolutionUnit _squeeze;
    private readonly ConvolutionUnit _excite;
    private readonly Activation _activation;
    private readonly Activation _gate;

    /// <param name="channels">The channels of input and output.</param>
    /// <param name="squeezed">The width between the two layers.</param>
    /// <param name="activation">The activation after the first layer.</param>
    /// <param name="gate">The activation after the second layer, to [0, 1].</param>
    public SqueezeExcitation(long channels, long squeezed, Activation activation, Activation gate)
        : base(nameof(SqueezeExcitation))
    {
        _squeeze = Convolution("fc1", null, new(channels, squeezed, 1));
        _excite = Convolution("fc2", null, new(squeezed, channels, 1));
        _activation = activation;
        _gate = gate;
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor means = nn.functional.adaptive_avg_pool2d(input, 1);
        using Tensor squeezed = _activation.Apply(_squeeze.Forward(means));
        using Tensor scale = _gate.Apply(_excite.Forward(squeezed));
        return input * scale;
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor squeezed = _activation.Export(_squeeze.Export(input.AdaptiveAveragePool(1)));
        return input * _gate.Export(_excite.Export(squeezed));
    }
}
