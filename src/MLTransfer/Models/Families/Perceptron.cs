using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>Two linear layers with GELU between them, applied to each vector.</summary>
internal sealed class Perceptron : NamedModule
{
    private readonly LinearUnit _widen;
    private readonly LinearUnit _narrow;

    public Perceptron(long width, long hidden) : base(nameof(Perceptron))
    {
        _widen = Linear("0", width, hidden);
        _narrow = Linear("3", hidden, width);
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor hidden = Hidden(input);
        return _narrow.Forward(hidden);
    }

    private Tensor Hidden(Tensor input)
    {
        using Tensor wide = _widen.Forward(input);
        return wide.gelu();
    }
}
