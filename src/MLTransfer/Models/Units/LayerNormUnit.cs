using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A layer norm inside a backbone. It computes in the type of its weights whatever comes in, and gives back the type that came: in bfloat16 it
/// would be less exact, and seven times as slow with libtorch 1.13 on a processor.
/// </summary>
internal sealed class LayerNormUnit(LayerNorm norm)
{
    /// <summary>Normalizes the last dimension.</summary>
    public Tensor Forward(Tensor input)
    {
        if (input.dtype == norm.weight.dtype) return norm.call(input);
        using Tensor exact = input.to(norm.weight.dtype);
        using Tensor normalized = norm.call(exact);
        return normalized.to(input.dtype);
    }

    /// <summary>Normalizes the channels of maps (N, C, H, W); what is returned lies channels-last in memory.</summary>
    public Tensor ForwardMaps(Tensor maps)
    {
        using Tensor channelsLast = maps.permute(0, 2, 3, 1);
        using Tensor normalized = Forward(channelsLast);
        return normalized.permute(0, 3, 1, 2);
    }
}
