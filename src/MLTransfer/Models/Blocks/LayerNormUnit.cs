using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// A layer norm inside a backbone. Its weights stay in float32 and the output has the type of the input: statistics and weights in bfloat16
/// would be less exact.
/// </summary>
internal sealed class LayerNormUnit(LayerNorm norm)
{
    /// <summary>Normalizes the last dimension.</summary>
    public Tensor Forward(Tensor input)
    {
        // libtorch mixes the two types on a processor, but not on a CUDA device.
        if (input.dtype == norm.weight.dtype || input.is_cpu()) return norm.call(input);
        using Tensor exact = input.to(norm.weight.dtype);
        using Tensor normalized = norm.call(exact);
        return normalized.to(input.dtype);
    }

    /// <summary>Appends the normalization of the last dimension to a graph.</summary>
    public SymbolicTensor Export(SymbolicTensor input) => input.Through(norm);

    /// <summary>Appends the normalization of the channels of maps (N, C, H, W) to a graph.</summary>
    public SymbolicTensor ExportMaps(SymbolicTensor maps) => Export(maps.Permute(0, 2, 3, 1)).Permute(0, 3, 1, 2);

    /// <summary>Normalizes the channels of maps (N, C, H, W); the result is channels-last in memory.</summary>
    public Tensor ForwardMaps(Tensor maps)
    {
        using Tensor channelsLast = maps.permute(0, 2, 3, 1);
        using Tensor normalized = Forward(channelsLast);
        return normalized.permute(0, 3, 1, 2);
    }
}
