using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>Attention of each vector of a row to all of them, with the names of PyTorch's <c>MultiheadAttention</c>.</summary>
internal sealed class SelfAttention : NamedModule
{
    private readonly long _width;
    private readonly long _heads;
    private readonly DerivedTensor _weight;
    private readonly DerivedTensor _bias;
    private readonly LinearUnit _merge;

    public SelfAttention(long width, long heads) : base(nameof(SelfAttention))
    {
        (_width, _heads) = (width, heads);
        register_parameter("in_proj_weight", new Parameter(nn.init.xavier_uniform_(empty(3 * width, width))));
        register_parameter("in_proj_bias", new Parameter(zeros(3 * width)));
        _weight = Derived(() => get_parameter("in_proj_weight")!);
        _bias = Derived(() => get_parameter("in_proj_bias")!);
        _merge = Linear("out_proj", width, width);
        nn.init.zeros_(_merge.Layer.bias!);
    }

    /// <summary>Rows (N, L, D) to rows of the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = MultiHead.Split(Projected(input, 0, 3), 3, _heads);
        return Attended(parts[0], parts[1], parts[2]).MoveToOuterDisposeScope();
    }

    /// <summary>Rows (N, L, D) to what becomes of the first vector of each: (N, 1, D).</summary>
    public Tensor First(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor query = MultiHead.Split(Projected(input.narrow(1, 0, 1), 0, 1), 1, _heads)[0];
        Tensor[] parts = MultiHead.Split(Projected(input, 1, 2), 2, _heads);
        return Attended(query, parts[0], parts[1]).MoveToOuterDisposeScope();
    }

    private Tensor Projected(Tensor input, long part, long parts)
    {
        Tensor weight = _weight.In(input.dtype).narrow(0, part * _width, parts * _width);
        Tensor bias = _bias.In(input.dtype).narrow(0, part * _width, parts * _width);
        return nn.functional.linear(input, weight, bias);
    }

    private Tensor Attended(Tensor query, Tensor key, Tensor value) =>
        _merge.Forward(MultiHead.Join(nn.functional.scaled_dot_product_attention(query, key, value)));
}
