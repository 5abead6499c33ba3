using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A linear layer inside a backbone; folded, its weights are held in the type of the inference.</summary>
internal sealed class LinearUnit(Linear linear) : IFoldable
{
    private Tensor? _weight;
    private Tensor? _bias;

    public Linear Layer => linear;

    public Tensor Forward(Tensor input) => _weight is null ? linear.call(input) : nn.functional.linear(input, _weight, _bias);

    public void Fold(ScalarType type)
    {
        Unfold();
        using var frozen = no_grad();
        _weight = linear.weight!.to(type, copy: true).DetachFromDisposeScope();
        _bias = linear.bias!.to(type, copy: true).DetachFromDisposeScope();
    }

    public void Unfold()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _weight = _bias = null;
    }
}
