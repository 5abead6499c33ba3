using MLTransfer.Models.Blocks;
using MLTransfer.Models.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A network in inference, in float32 or bfloat16: batch norms folded into the convolutions, weights in the layout that is fastest. The
/// network cannot be trained until this is disposed; its own weights are unchanged. Safe for use from several threads.
/// </summary>
internal sealed class FrozenModel : IDisposable
{
    /// <summary>Images per batch: enough to keep the processor busy, few enough for its caches to hold the activations.</summary>
    public const int BatchSize = 32;

    private readonly ImageModel _model;
    private readonly ScalarType _type;
    private readonly Lock _lock = new();

    // Weights are laid out for single images in another way than for batches.
    private PackedNetwork? _single;
    private PackedNetwork? _batch;
    private bool _isPackable;
    private volatile bool _isFolded;

    /// <summary>Freezes a network.</summary>
    /// <param name="model">The network, on any device; it is put into evaluation mode.</param>
    /// <param name="type">The number format to compute with; a network from outside this library computes in float32.</param>
    /// <param name="packs">Whether weights may be packed, which takes a moment, and pays after some hundred images.</param>
    public FrozenModel(ImageModel model, ScalarType type, bool packs = true)
    {
        _model = model;
        _type = model.SupportsBFloat16 ? type : ScalarType.Float32;
        _isPackable = packs && PackedNetwork.Takes(_type);
        model.eval();
    }

    /// <summary>Images (N, 3, H, W) in float32 to bottleneck features (N, width) in float32.</summary>
    public Tensor Features(Tensor images) => Features(images, FeatureOutput.Bottleneck);

    /// <summary>Images (N, 3, H, W) in float32 to features (N, width) in float32.</summary>
    public Tensor Features(Tensor images, FeatureOutput output) => Run(
        images, output == FeatureOutput.Bottleneck ? (network, inputs) => network.Features(inputs) : null,
        inputs => _model.Output(inputs, output));

    /// <summary>Images (N, 3, H, W) in float32 to logits (N, classes) in float32.</summary>
    public Tensor Logits(Tensor images) => Run(images, (network, inputs) => network.Logits(inputs), _model.call);

    /// <summary>Where the network finds a class in an image (1, 3, H, W) in float32.</summary>
    /// <inheritdoc cref="ImageModel.ActivationMap"/>
    public Tensor? ActivationMap(Tensor image, long label)
    {
        Fold();
        using Tensor input = image.to(_type);
        return _model.ActivationMap(input, label);
    }

    /// <summary>How much of each patch of an image (1, 3, H, W) in float32 is in what the network classifies.</summary>
    /// <inheritdoc cref="ImageModel.AttentionRollout"/>
    public Tensor? AttentionRollout(Tensor image)
    {
        Fold();
        using Tensor input = image.to(_type);
        return _model.AttentionRollout(input);
    }

    /// <summary>Frees the packed and folded weights; the network can be trained again.</summary>
    public void Dispose()
    {
        _single?.Dispose();
        _batch?.Dispose();
        foreach (IFoldable unit in _model.FoldableUnits()) unit.Unfold();
    }

    private Tensor Run(Tensor images, Func<PackedNetwork, Tensor, Tensor>? packed, Func<Tensor, Tensor> folded)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        if (packed is not null && Packed(images) is { } network) return packed(network, inputs);
        Fold();
        return folded(inputs);
    }

    /// <summary>The network packed for images; null where that cannot be, or was done for images of another size.</summary>
    private PackedNetwork? Packed(Tensor images)
    {
        (bool isSingle, long side) = (images.shape[0] == 1, images.shape[2]);
        if (side != images.shape[3] || images.device_type != DeviceType.CPU) return null;
        lock (_lock)
        {
            try
            {
                if (!_isPackable) return null;
                ref PackedNetwork? network = ref isSingle ? ref _single : ref _batch;
                network ??= new PackedNetwork(_model, _type, side, isSingle ? 1 : BatchSize);
                return network.Side == side ? network : null;
            }
            // A network of the user's that cannot be exported, or not with images of this size.
            catch (Exception failure) when (failure is NotSupportedException or ArgumentException)
            {
                _isPackable = false;
                return null;
            }
        }
    }

    private void Fold()
    {
        if (_isFolded) return;
        lock (_lock)
        {
            if (_isFolded) return;
            foreach (IFoldable unit in _model.FoldableUnits()) unit.Fold(_type);
            _isFolded = true;
        }
    }
}
