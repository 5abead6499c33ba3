using MLTransfer.Models.Blocks;
using MLTransfer.Models.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A network in inference, in float32 or bfloat16: batch norms folded into the convolutions, weights in the layout that is fastest. The
/// network cannot be trained until this is disposed; its own weights are unchanged. Safe for use from several threads, but for
/// <see cref="Dispose"/>.
/// </summary>
internal sealed class FrozenModel : IDisposable
{
    /// <summary>Images per batch: enough to keep the processor busy, few enough for its caches to hold the activations.</summary>
    public const int BatchSize = 32;

    /// <summary>
    /// Images for which packing saves no time yet. For 400 photographs it saved half of ten seconds with ResNet-18, and nothing with
    /// MobileNet v1.
    /// </summary>
    public const int FewImages = 400;

    private readonly ImageModel _model;
    private readonly ScalarType _type;
    private readonly Lock _lock = new();

    // Weights are laid out for single images in another way than for batches.
    private PackedNetwork? _single;
    private PackedNetwork? _batch;
    private volatile bool _isPackable;
    private bool _hadSingle;
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

    /// <summary>Packs no weights from now on: for few images, that takes longer than it saves.</summary>
    public void ExpectFewImages() => _isPackable = false;

    /// <summary>Images (N, 3, H, W) in float32 to bottleneck features (N, width) in float32.</summary>
    public Tensor Features(Tensor images) => Features(images, FeatureOutput.Bottleneck);

    /// <summary>Images (N, 3, H, W) in float32 to features (N, width) in float32.</summary>
    public Tensor Features(Tensor images, FeatureOutput output) => Run(
        images, output == FeatureOutput.Bottleneck ? (network, inputs) => network.Features(inputs) : null,
        inputs => _model.Output(inputs, output));

    /// <summary>Images (N, 3, H, W) in float32 to logits (N, classes) in float32.</summary>
    public Tensor Logits(Tensor images) => Run(images, (network, inputs) => network.Logits(inputs), _model.call);

    /// <summary>The output of a layer group to logits (N, classes) in float32.</summary>
    /// <param name="state">The output, in the number format of the model.</param>
    /// <param name="first">The index of the next group.</param>
    public Tensor Logits(Tensor state, int first)
    {
        using var frozen = no_grad();
        Fold();
        return _model.Logits(state, first);
    }

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
        lock (_lock)
        {
            _isPackable = false;
            _single?.Dispose();
            _batch?.Dispose();
            _single = _batch = null;
        }

        foreach (IFoldable unit in _model.FoldableUnits()) unit.Unfold();
    }

    private Tensor Run(Tensor images, Func<PackedNetwork, Tensor, Tensor>? packed, Func<Tensor, Tensor> called)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        if (packed is not null && images.device_type == DeviceType.CPU && images.shape[2] == images.shape[3])
        {
            try
            {
                if (Packed(images.shape[0] == 1, images.shape[2]) is { } network) return packed(network, inputs);
            }
            catch (Exception failure) when (PackedNetwork.IsRefusal(failure))
            {
                _isPackable = false;
            }
        }

        Fold();
        return called(inputs);
    }

    /// <summary>The network packed for images; null where that cannot be, or was done for images of another size.</summary>
    private PackedNetwork? Packed(bool isSingle, long side)
    {
        lock (_lock)
        {
            if (!_isPackable || (_single ?? _batch) is { } known && known.Side != side) return null;
            if (!isSingle) return _batch ??= new PackedNetwork(_model, _type, side, BatchSize);
            // The first may be the rest of many.
            bool isRest = _batch is not null && !_hadSingle;
            _hadSingle = true;
            return isRest ? _batch : _single ??= new PackedNetwork(_model, _type, side, batchSize: 1);
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
