using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>A part of a network that can hold a second, read-only form of its weights, which is faster in inference.</summary>
internal interface IFoldable
{
    /// <summary>Creates the fast form in the given type; the trained weights stay as they are.</summary>
    void Fold(ScalarType type);

    /// <summary>Frees the fast form.</summary>
    void Unfold();
}

/// <summary>
/// A tensor that is computed from weights alone, such as a relative position bias; folded, it is computed once and cached in the type of
/// the inference.
/// </summary>
internal sealed class DerivedTensor(Func<Tensor> compute) : IFoldable
{
    private Tensor? _kept;

    /// <summary>The tensor in the given type.</summary>
    public Tensor ToType(ScalarType type)
    {
        if (_kept is not null) return _kept.alias();
        using var scope = NewDisposeScope();
        Tensor computed = compute();
        return (computed.dtype == type ? computed.alias() : computed.to(type)).MoveToOuterDisposeScope();
    }

    /// <summary>The tensor, computed from the weights whether folded or not.</summary>
    public Tensor Compute() => compute();

    public void Fold(ScalarType type)
    {
        Unfold();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        _kept = compute().to(type, copy: true).DetachFromDisposeScope();
    }

    public void Unfold()
    {
        _kept?.Dispose();
        _kept = null;
    }
}
