using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// A layer norm inside a backbone. Its weights stay in float32 whatever comes in, and it gives back the type that came: statistics and
/// weights in bfloat16 would be less exact.
/// </summary>
internal sealed class LayerNormUnit(LayerNorm norm)
{
    /// <summary>Normalizes the last dimension.</summary>
    public Tensor Forward(Tensor input)
    {
        // On a processor libtorch mixes the two types itself; on a device it wants one.
        if (input.dtype == norm.weight.dtype || input.is_cpu()) return norm.call(input);
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
