using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A block of a Swin Transformer on maps (N, H, W, C): attention within windows and a perceptron, each added to what came and each
/// normalized,
/// in the first version before it, in the second behind it.
/// </summary>
internal sealed class SwinBlock : NamedModule
{
    private readonly LayerNormUnit _firstNorm;
    private readonly WindowAttention _attention;
    private readonly LayerNormUnit _secondNorm;
    private readonly Perceptron _perceptron;
    private readonly bool _normalizesBehind;
    private readonly double _drop;

    public SwinBlock(long width, WindowAttention attention, bool normalizesBehind, double drop) : base(nameof(SwinBlock))
    {
        _firstNorm = LayerNorm("norm1", width);
        _attention = Child("attn", attention);
        _secondNorm = LayerNorm("norm2", width);
        _perceptron = Child("mlp", new Perceptron(width, 4 * width));
        _normalizesBehind = normalizesBehind;
        _drop = drop;
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor attended = Branch(input, _firstNorm, _attention).add_(input);
        return Branch(attended, _secondNorm, _perceptron).add_(attended);
    }

    private Tensor Branch(Tensor input, LayerNormUnit norm, NamedModule part)
    {
        using var scope = NewDisposeScope();
        Tensor branch = _normalizesBehind ? norm.Forward(part.call(input)) : part.call(norm.Forward(input));
        return StochasticDepth.Drop(branch, _drop, training).MoveToOuterDisposeScope();
    }
}
