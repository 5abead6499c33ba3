using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Splits projected queries, keys and values into heads and merges them back (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762,
/// section 3.2.2).
/// </summary>
internal static class MultiHead
{
    /// <summary>
    /// Splits vectors (N, L, parts · D), which are concatenated queries, keys or values, into heads: each part (N, heads, L, D / heads).
    /// </summary>
    public static Tensor[] Split(Tensor projected, int parts, long heads)
    {
        long[] shape = projected.shape;
        using Tensor cut = projected.view(shape[0], shape[1], parts, heads, shape[2] / parts / heads);
        using Tensor perHead = cut.permute(2, 0, 3, 1, 4);
        return [.. Enumerable.Range(0, parts).Select(part => perHead.select(0, part))];
    }

    /// <summary>Appends <see cref="Split(Tensor, int, long)"/> to a graph.</summary>
    public static SymbolicTensor[] Split(SymbolicTensor projected, int parts, long heads)
    {
        (long length, long width) = (projected.Shape[1], projected.Shape[2] / parts);
        return [.. Enumerable.Range(0, parts).Select(part => projected.Slice(2, part * width, (part + 1) * width)
            .Reshape(-1, length, heads, width / heads).Permute(0, 2, 1, 3))];
    }

    /// <summary>
    /// Appends scaled dot-product attention to a graph: (…, heads, L, D / heads) to (N, L, D), with a bias or mask added to the products
    /// where there is one.
    /// </summary>
    public static SymbolicTensor Attend(SymbolicTensor query, SymbolicTensor key, SymbolicTensor value, Tensor? mask = null)
    {
        SymbolicTensor found = query.Attend(key, value, mask);
        (long heads, long length, long width) = (found.Shape[^3], found.Shape[^2], found.Shape[^1]);
        return found.Reshape(-1, heads, length, width).Permute(0, 2, 1, 3).Reshape(-1, length, heads * width);
    }

    /// <summary>Concatenates the outputs of the heads (N, heads, L, D / heads) to (N, L, D).</summary>
    public static Tensor Join(Tensor found)
    {
        using Tensor perVector = found.transpose(1, 2);
        return perVector.flatten(2);
    }
}

/// <summary>Multi-head self-attention, with the parameter names of PyTorch's <c>MultiheadAttention</c>.</summary>
internal sealed class SelfAttention : NamedModule, IExportable
{
    private readonly long _width;
    private readonly long _heads;
    private readonly DerivedTensor _weight;
    private readonly DerivedTensor _bias;
    private readonly LinearUnit _merge;

    public SelfAttention(long width, long heads) : base(nameof(SelfAttention))
    {
        (_width, _heads) = (width, heads);
        register_parameter("in_proj_weight", new Parameter(Initialization.Xavier(empty(3 * width, width))));
        register_parameter("in_proj_bias", new Parameter(zeros(3 * width)));
        _weight = Derived(() => get_parameter("in_proj_weight")!);
        _bias = Derived(() => get_parameter("in_proj_bias")!);
        _merge = Linear("out_proj", width, width);
        nn.init.zeros_(_merge.Layer.bias!);
    }

    /// <summary>Tokens (N, L, D) to tokens of the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = MultiHead.Split(Projected(input, 0, 3), 3, _heads);
        return Attended(parts[0], parts[1], parts[2]).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens (N, L, D) to the output of the first token only: (N, 1, D).</summary>
    public Tensor First(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor query = MultiHead.Split(Projected(input.narrow(1, 0, 1), 0, 1), 1, _heads)[0];
        Tensor[] parts = MultiHead.Split(Projected(input, 1, 2), 2, _heads);
        return Attended(query, parts[0], parts[1]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// How much each token looks at each, of tokens (N, L, D), the mean of the heads: (N, L, L) in float32, rows sum to 1.
    /// </summary>
    public Tensor Weights(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = MultiHead.Split(Projected(input, 0, 2).to(ScalarType.Float32), 2, _heads);
        Tensor products = parts[0].matmul(parts[1].transpose(2, 3)) / Math.Sqrt(_width / _heads);
        return products.softmax(3).mean([1]).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor[] parts = MultiHead.Split(input.Linear(_weight.Compute(), _bias.Compute()), 3, _heads);
        return _merge.Export(MultiHead.Attend(parts[0], parts[1], parts[2]));
    }

    /// <summary>Appends <see cref="First"/> to a graph.</summary>
    public SymbolicTensor ExportFirst(SymbolicTensor input)
    {
        Tensor weight = _weight.Compute(), bias = _bias.Compute();
        SymbolicTensor Projected(SymbolicTensor tokens, long part, long parts) =>
            tokens.Linear(weight.narrow(0, part * _width, parts * _width), bias.narrow(0, part * _width, parts * _width));
        SymbolicTensor query = MultiHead.Split(Projected(input.Slice(1, 0, 1), 0, 1), 1, _heads)[0];
        SymbolicTensor[] parts = MultiHead.Split(Projected(input, 1, 2), 2, _heads);
        return _merge.Export(MultiHead.Attend(query, parts[0], parts[1]));
    }

    private Tensor Projected(Tensor input, long part, long parts)
    {
        Tensor weight = _weight.ToType(input.dtype).narrow(0, part * _width, parts * _width);
        Tensor bias = _bias.ToType(input.dtype).narrow(0, part * _width, parts * _width);
        return nn.functional.linear(input, weight, bias);
    }

    private Tensor Attended(Tensor query, Tensor key, Tensor value) =>
        _merge.Forward(MultiHead.Join(nn.functional.scaled_dot_product_attention(query, key, value)));
}

/// <summary>Two linear layers with GELU between them, applied to each token.</summary>
internal sealed class Perceptron : NamedModule, IExportable
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

    public SymbolicTensor Export(SymbolicTensor input) => _narrow.Export(_widen.Export(input).Gelu());

    private Tensor Hidden(Tensor input)
    {
        using Tensor wide = _widen.Forward(input);
        return wide.gelu();
    }
}

/// <summary>
/// Relative positions within a square window, numbered as in Swin Transformers (Liu et al. 2021, https://arxiv.org/abs/2103.14030, section
/// 3.2): (2 · side − 1)² different offsets.
/// </summary>
internal static class RelativePositions
{
    /// <summary>For each pair of positions, the index of the offset from the second to the first: (side², side²), integers.</summary>
    public static Tensor Index(int side)
    {
        int places = side * side;
        long[] index = new long[places * places];
        for (int i = 0; i < places; i++)
        {
            for (int j = 0; j < places; j++)
                index[i * places + j] = (i / side - j / side + side - 1) * (2 * side - 1) + i % side - j % side + side - 1;
        }

        return tensor(index, [places, places]);
    }

    /// <summary>
    /// Each offset as two coordinates, rows and columns, on a logarithmic scale: sign(x) · log₂(1 + |8x|) / 3 of x in [−1, 1] (Liu et
    /// al. 2022, https://arxiv.org/abs/2111.09883, section 3.3): (1, 2 · side − 1, 2 · side − 1, 2).
    /// </summary>
    public static Tensor LogarithmicCoordinates(int side)
    {
        int ways = 2 * side - 1;
        float[] scale = [.. Enumerable.Range(1 - side, ways).Select(way => 8f * way / (side - 1))
            .Select(x => MathF.CopySign(MathF.Log2(MathF.Abs(x) + 1) / 3, x))];
        return tensor(scale.SelectMany(row => scale.SelectMany(column => new[] { row, column })).ToArray(), [1, ways, ways, 2]);
    }

    /// <summary>Expands a table (offsets, heads) to a bias for each head and pair of positions: (1, heads, positions, positions).</summary>
    public static Tensor Bias(Tensor table, Tensor index)
    {
        using var scope = NewDisposeScope();
        long places = (long)Math.Sqrt(index.numel());
        return table.index_select(0, index.flatten()).view(places, places, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
            .MoveToOuterDisposeScope();
    }
}
