using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>The first layer groups of a network in training, which are frozen, packed as one TorchScript module.</summary>
/// <param name="model">The network, on the processor; the weights of the groups must not change.</param>
/// <param name="groups">How many groups are frozen.</param>
/// <param name="type">The number format to compute with; networks from outside this library compute in float32.</param>
internal sealed class FrozenPrefix(ImageModel model, int groups, ScalarType type) : IDisposable
{
    private readonly ScalarType _type = model.SupportsBFloat16 ? type : ScalarType.Float32;
    private PackedNetwork? _packed;
    private bool _isPackable = true;

    /// <summary>How many groups are frozen.</summary>
    public int Groups => groups;

    /// <summary>
    /// Images (N, 3, S, S) to the output of the groups, without gradients; null where they cannot be packed, or are for images of another
    /// size: the network itself then has to compute it.
    /// </summary>
    public Tensor? Run(Tensor images)
    {
        if (!_isPackable || !PackedNetwork.Takes(_type)) return null;
        if (images.device_type != DeviceType.CPU || images.dim() != 4 || images.shape[2] != images.shape[3]) return null;
        using var frozen = no_grad();
        try
        {
            _packed ??= new PackedNetwork(model, _type, images.shape[2], FrozenModel.BatchSize, groups);
            if (_packed.Side != images.shape[2]) return null;
            using Tensor inputs = images.to(_type);
            return _packed.Maps(inputs);
        }
        catch (Exception failure) when (PackedNetwork.IsRefusal(failure))
        {
            _isPackable = false;
            return null;
        }
    }

    /// <summary>Frees the packed weights.</summary>
    public void Dispose() => _packed?.Dispose();
}
