using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Attention within windows by the cosines of queries and keys, times a scale that each head learns, with the bias of positions computed
/// by a
/// small network from their logarithmic distance (Liu et al. 2022, https://arxiv.org/abs/2111.09883, section 3).
/// </summary>
internal sealed class CosineWindowAttention : WindowAttention
{
    private const double LargestScale = 100;
    private const double LargestBias = 16;

    private readonly long _headWidth;
    private readonly DerivedTensor _scale;

    public CosineWindowAttention(long width, long heads, int side, int shift) : base(width, heads, side, shift)
    {
        _headWidth = width / heads;
        _scale = Derived(() => get_parameter("logit_scale")!.clamp(max: Math.Log(LargestScale)).exp());
    }

    private protected override void RegisterPositions(int side, long heads)
    {
        register_parameter("logit_scale", new Parameter(full(heads, 1, 1, MathF.Log(10))));
        register_buffer("relative_coords_table", RelativePositions.LogarithmicCoordinates(side));
        Container network = Child("cpb_mlp", new Container("cpb_mlp"));
        network.Child("0", nn.Linear(2, 512));
        network.Child("2", nn.Linear(512, heads, hasBias: false));
    }

    private protected override Tensor PositionBias(Tensor index)
    {
        using var scope = NewDisposeScope();
        Tensor hidden = nn.functional.linear(
            get_buffer("relative_coords_table")!, get_parameter("cpb_mlp.0.weight")!, get_parameter("cpb_mlp.0.bias")).relu();
        Tensor table = nn.functional.linear(hidden, get_parameter("cpb_mlp.2.weight")!).flatten(0, 2);
        return (RelativePositions.Bias(table, index).sigmoid() * LargestBias).MoveToOuterDisposeScope();
    }

    /// <summary>Keys have no bias: it stays in the state_dict and is taken as zero.</summary>
    private protected override Tensor ProjectionBias(Tensor bias)
    {
        using var scope = NewDisposeScope();
        long width = bias.shape[0] / 3;
        return cat([bias.narrow(0, 0, width), zeros(width, dtype: bias.dtype, device: bias.device), bias.narrow(0, 2 * width, width)])
            .MoveToOuterDisposeScope();
    }

    private protected override (Tensor Query, Tensor Key) Compared(Tensor query, Tensor key)
    {
        Tensor scale = _scale.In(query.dtype) * Math.Sqrt(_headWidth);
        return (nn.functional.normalize(query, dim: -1) * scale, nn.functional.normalize(key, dim: -1));
    }
}
