using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Attention among 7 × 7 places of a map and a perceptron for each place, both normalized before and added to what came: among neighbours
/// in
/// a window, or among places that lie as far apart as the map has windows, a grid (Tu et al. 2022, https://arxiv.org/abs/2204.01697,
/// section 3.2).
/// </summary>
internal sealed class PartitionAttention : NamedModule
{
    /// <summary>The side of a window, and the places of a grid in one direction.</summary>
    public const int Side = 7;

    // Of (N, rows of parts, side, columns of parts, side, C): which dimensions tell the parts, and which the places within one.
    private static readonly long[] ByWindow = [0, 1, 3, 2, 4, 5];
    private static readonly long[] ByGrid = [0, 2, 4, 1, 3, 5];

    private readonly bool _isGrid;
    private readonly double _drop;
    private readonly LayerNormUnit _beforeAttention;
    private readonly RelativeAttention _attention;
    private readonly LayerNormUnit _beforePerceptron;
    private readonly LinearUnit _widen;
    private readonly LinearUnit _narrow;

    public PartitionAttention(long width, long heads, bool isGrid, double drop) : base(nameof(PartitionAttention))
    {
        (_isGrid, _drop) = (isGrid, drop);
        Container attention = Child("attn_layer", new Container("attn_layer"));
        _beforeAttention = attention.LayerNorm("0", width);
        _attention = attention.Child("1", new RelativeAttention(width, heads, Side));
        Container perceptron = Child("mlp_layer", new Container("mlp_layer"));
        _beforePerceptron = perceptron.LayerNorm("0", width);
        _widen = perceptron.Linear("1", width, 4 * width);
        _narrow = perceptron.Linear("3", 4 * width, width);
    }

    /// <summary>Maps (N, C, H, W) to maps of the same shape, which lie channels-last in memory.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long[] shape = input.shape;
        long partSide = _isGrid ? shape[2] / Side : Side;
        long[] cut = [shape[0], shape[2] / partSide, partSide, shape[3] / partSide, partSide, shape[1]];
        long[] order = _isGrid ? ByGrid : ByWindow;
        Tensor parts = input.permute(0, 2, 3, 1).reshape(cut).permute(order).reshape(shape[0], -1, Side * Side, shape[1]);
        Tensor attended = StochasticDepth.Drop(Attended(parts), _drop, training).add_(parts);
        Tensor mixed = StochasticDepth.Drop(Mixed(attended), _drop, training).add_(attended);
        long[] inverse = [.. order.Select((_, dimension) => (long)Array.IndexOf(order, dimension))];
        Tensor maps = mixed.view([.. order.Select(dimension => cut[dimension])]).permute(inverse);
        return maps.reshape(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private Tensor Attended(Tensor parts) => _attention.call(_beforeAttention.Forward(parts).flatten(0, 1)).view(parts.shape);

    private Tensor Mixed(Tensor parts) => _narrow.Forward(_widen.Forward(_beforePerceptron.Forward(parts)).gelu());
}
