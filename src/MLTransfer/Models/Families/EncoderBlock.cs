using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A block of a transformer's encoder, each part normalized before and added to what came: self-attention, then a perceptron. The last
/// block
/// of a classifier computes what becomes of the first vector only: nothing looks at the others.
/// </summary>
internal sealed class EncoderBlock : NamedModule
{
    private readonly LayerNormUnit _beforeAttention;
    private readonly SelfAttention _attention;
    private readonly LayerNormUnit _beforePerceptron;
    private readonly Perceptron _perceptron;
    private readonly bool _isLast;

    public EncoderBlock(long width, long heads, double epsilon, bool isLast) : base(nameof(EncoderBlock))
    {
        _beforeAttention = LayerNorm("ln_1", width, epsilon);
        _attention = Child("self_attention", new SelfAttention(width, heads));
        _beforePerceptron = LayerNorm("ln_2", width, epsilon);
        _perceptron = Child("mlp", new Perceptron(width, 4 * width));
        _isLast = isLast;
    }

    /// <summary>Vectors (N, L, D) to as many, or to the first one (N, 1, D) of the last block.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = Attended(input);
        return _perceptron.call(_beforePerceptron.Forward(state)).add_(state).MoveToOuterDisposeScope();
    }

    private Tensor Attended(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor normalized = _beforeAttention.Forward(input);
        Tensor attended = _isLast ? _attention.First(normalized).add_(input.narrow(1, 0, 1)) : _attention.call(normalized).add_(input);
        return attended.MoveToOuterDisposeScope();
    }
}
