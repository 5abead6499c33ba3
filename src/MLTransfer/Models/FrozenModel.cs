using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A network in inference: batch norms folded into the convolutions, weights channels-last, in float32 or bfloat16. The network cannot be
/// trained until this is disposed, which leaves its own weights as they were.
/// </summary>
internal sealed class FrozenModel : IDisposable
{
    /// <summary>Pictures a batch: enough to keep the processor busy, few enough to keep activations in its caches.</summary>
    public const int BatchSize = 32;

    private readonly ImageModel _model;
    private readonly ScalarType _type;

    public FrozenModel(ImageModel model, ScalarType type)
    {
        _model = model;
        _type = type;
        model.eval();
        foreach (IFoldable unit in model.FoldableUnits()) unit.Fold(type);
    }

    /// <summary>Images (N, 3, H, W) in float32 to bottleneck features (N, width) in float32.</summary>
    public Tensor Features(Tensor images)
    {
        using var frozen = no_grad();
        using Tensor inputs = images.to(_type);
        return _model.Features(inputs);
    }

    /// <summary>Images (N, 3, H, W) in float32 to logits (N, classes) in float32.</summary>
    public Tensor Logits(Tensor images)
    {
        using var frozen = no_grad();
        using Tensor features = Features(images);
        return _model.Head.call(features);
    }

    public void Dispose()
    {
        foreach (IFoldable unit in _model.FoldableUnits()) unit.Unfold();
    }
}
