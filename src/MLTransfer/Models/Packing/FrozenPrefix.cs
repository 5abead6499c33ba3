using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>The first layer groups of a network in training, which are frozen, in the form in which they are fastest.</summary>
/// <param name="model">The network, on the processor; the weights of the groups must not change.</param>
/// <param name="groups">How many groups are frozen.</param>
/// <param name="type">The number format to compute with.</param>
internal sealed class FrozenPrefix(ImageModel model, int groups, ScalarType type) : IDisposable
{
    private PackedNetwork? _packed;
    private bool _isPackable = PackedNetwork.Takes(type);

    /// <summary>How many groups are frozen.</summary>
    public int Groups => groups;

    /// <summary>
    /// Images (N, 3, S, S) to the output of the groups, without gradients; null where they cannot be packed, or are for images of another
    /// size: the network itself then has to compute it.
    /// </summary>
    public Tensor? Run(Tensor images)
    {
        if (!_isPackable || images.device_type != DeviceType.CPU || images.dim() != 4 || images.shape[2] != images.shape[3]) return null;
        using var frozen = no_grad();
        try
        {
            _packed ??= new PackedNetwork(model, type, images.shape[2], (int)images.shape[0], groups);
        }
        // A network of the user's that cannot be exported, or not with images of this size.
        catch (Exception failure) when (failure is NotSupportedException or ArgumentException)
        {
            _isPackable = false;
            return null;
        }

        return _packed.Side == images.shape[2] ? _packed.Maps(images) : null;
    }

    /// <summary>Frees the packed weights.</summary>
    public void Dispose() => _packed?.Dispose();
}
