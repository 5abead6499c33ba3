using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Finds weights and statistics that are NaN or infinite: a network with one of them scores nonsense.</summary>
internal static class Finiteness
{
    /// <summary>The name of the first parameter or buffer that holds NaN or infinity; null where all values are finite.</summary>
    public static string? FirstViolation(nn.Module network)
    {
        using var frozen = no_grad();
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (value.is_floating_point() && !TorchTensors.AreFinite(value)) return name;
        }

        return null;
    }
}
