using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>
/// The first layer groups of a network in training, which are frozen, packed as one TorchScript module; where they cannot be packed, or for
/// images of another size, they run as they are.
/// </summary>
/// <param name="model">The network; the weights of the groups must not change, and they must be in evaluation mode.</param>
/// <param name="groups">How many groups are frozen.</param>
/// <param name="type">The number format to compute with; networks from outside this library compute in float32.</param>
internal sealed class FrozenPrefix(ImageModel model, int groups, ScalarType type) : IDisposable
{
    private readonly ScalarType _type = model.SupportsBFloat16 ? type : ScalarType.Float32;
    private PackedNetwork? _packed;
    private bool _isPackable = true;

    /// <summary>How many groups are frozen.</summary>
    public int Groups => groups;

    /// <summary>Images (N, 3, S, S) to the output of the groups, without gradients, in the number format.</summary>
    public Tensor Run(Tensor images)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        return Packed(inputs) ?? model.Maps(inputs, groups: groups);
    }

    /// <summary>Frees the packed weights.</summary>
    public void Dispose() => _packed?.Dispose();

    private Tensor? Packed(Tensor inputs)
    {
        if (!_isPackable || !PackedNetwork.Takes(_type)) return null;
        if (inputs.device_type != DeviceType.CPU || inputs.dim() != 4 || inputs.shape[2] != inputs.shape[3]) return null;
        try
        {
            _packed ??= new PackedNetwork(model, _type, inputs.shape[2], FrozenModel.BatchSize, groups);
            return _packed.Side == inputs.shape[2] ? _packed.Maps(inputs) : null;
        }
        catch (Exception failure) when (PackedNetwork.IsRefusal(failure))
        {
            _isPackable = false;
            return null;
        }
    }
}
