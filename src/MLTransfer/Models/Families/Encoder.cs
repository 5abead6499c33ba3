using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// The encoder of a vision transformer: position embeddings, blocks, a last layer norm. The layer groups of the network run it.
/// </summary>
internal sealed class Encoder : NamedModule
{
    public const string Positions = "pos_embedding";

    private const double Epsilon = 1e-6;

    public Encoder(long tokens, long width, int depth, long heads) : base(nameof(Encoder))
    {
        register_parameter(Positions, new Parameter(nn.init.normal_(empty(1, tokens, width), 0, 0.02)));
        var layers = Child("layers", new Container("layers"));
        Blocks = [.. Enumerable.Range(0, depth)
            .Select(index => layers.Child($"encoder_layer_{index}", new EncoderBlock(width, heads, Epsilon, isLast: index == depth - 1)))];
        Norm = Child("ln", nn.LayerNorm(width, Epsilon));
    }

    public IReadOnlyList<EncoderBlock> Blocks { get; }

    public LayerNorm Norm { get; }

    /// <summary>Whether position embeddings of that shape are such of a square grid.</summary>
    public bool CanTakePositions(long[] shape) =>
        get_parameter(Positions)!.shape is [_, _, var width] && shape is [1, var tokens, var stored] && stored == width
            && PositionGrid.Side(tokens) is not null;

    /// <summary>Replaces the position embeddings by others of that shape, which are not set yet.</summary>
    public void ReplacePositions(long[] shape)
    {
        Parameter old = get_parameter(Positions)!;
        var replacement = new Parameter(empty(shape, dtype: old.dtype, device: old.device), old.requires_grad);
        replacement.DetachFromDisposeScope();
        ConditionallyRegisterParameter(Positions, replacement);
        old.Dispose();
    }

    /// <summary>The position embeddings for a grid: (1, 1 + height · width, D).</summary>
    public Tensor PositionsFor(long height, long width) => PositionGrid.Resized(get_parameter(Positions)!, height, width);

    public override Tensor forward(Tensor input) =>
        throw new NotSupportedException("The layer groups run the encoder's blocks one by one.");
}
