using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A network in inference: batch norms folded into the convolutions, weights channels-last, in float32 or bfloat16. The network cannot be
/// trained until this is disposed; its own weights are unchanged.
/// </summary>
internal sealed class FrozenModel : IDisposable
{
    /// <summary>Images per batch: enough to keep the processor busy, few enough for its caches to hold the activations.</summary>
    public const int BatchSize = 32;

    private readonly ImageModel _model;
    private readonly ScalarType _type;

    /// <summary>Folds a network.</summary>
    /// <param name="model">The network, on any device; it is put into evaluation mode.</param>
    /// <param name="type">The number format to compute with; a network from outside this library computes in float32.</param>
    public FrozenModel(ImageModel model, ScalarType type)
    {
        _model = model;
        _type = model.SupportsBFloat16 ? type : ScalarType.Float32;
        model.eval();
        foreach (IFoldable unit in model.FoldableUnits()) unit.Fold(_type);
    }

    /// <summary>Images (N, 3, H, W) in float32 to bottleneck features (N, width) in float32.</summary>
    public Tensor Features(Tensor images) => Features(images, FeatureOutput.Bottleneck);

    /// <summary>Images (N, 3, H, W) in float32 to features (N, width) in float32.</summary>
    public Tensor Features(Tensor images, FeatureOutput output)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        return _model.Output(inputs, output);
    }

    /// <summary>Images (N, 3, H, W) in float32 to logits (N, classes) in float32.</summary>
    public Tensor Logits(Tensor images)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        return _model.call(inputs);
    }

    /// <summary>Where the network finds a class in an image (1, 3, H, W) in float32.</summary>
    /// <inheritdoc cref="ImageModel.ActivationMap"/>
    public Tensor? ActivationMap(Tensor image, long label)
    {
        using Tensor input = image.to(_type);
        return _model.ActivationMap(input, label);
    }

    /// <summary>How much of each patch of an image (1, 3, H, W) in float32 is in what the network classifies.</summary>
    /// <inheritdoc cref="ImageModel.AttentionRollout"/>
    public Tensor? AttentionRollout(Tensor image)
    {
        using Tensor input = image.to(_type);
        return _model.AttentionRollout(input);
    }

    /// <summary>Frees the folded weights; the network can be trained again.</summary>
    public void Dispose()
    {
        foreach (IFoldable unit in _model.FoldableUnits()) unit.Unfold();
    }
}
