using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>MaxViT's attention among the places of a square, with a learned bias for how two places lie to each other.</summary>
internal sealed class RelativeAttention : NamedModule
{
    private readonly long _heads;
    private readonly LinearUnit _project;
    private readonly LinearUnit _merge;
    private readonly DerivedTensor _bias;

    public RelativeAttention(long width, long heads, int side) : base(nameof(RelativeAttention))
    {
        _heads = heads;
        register_parameter("relative_position_bias_table",
            new Parameter(Initialisation.TruncatedNormal(empty((2 * side - 1) * (2 * side - 1), heads), 0.02)));
        register_buffer("relative_position_index", RelativePositions.Index(side));
        _project = Linear("to_qkv", width, 3 * width);
        _merge = Linear("merge", width, width);
        _bias = Derived(() => RelativePositions
            .Bias(get_parameter("relative_position_bias_table")!, get_buffer("relative_position_index")!));
    }

    /// <summary>Vectors (N, side², C) to vectors of the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = MultiHead.Split(_project.Forward(input), 3, _heads);
        // torchvision divides the products by the root of all channels, not of one head's; attention itself divides by that.
        Tensor query = parts[0] / Math.Sqrt(_heads);
        Tensor attended = nn.functional.scaled_dot_product_attention(query, parts[1], parts[2], _bias.In(input.dtype));
        return _merge.Forward(MultiHead.Join(attended)).MoveToOuterDisposeScope();
    }
}
