using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Maps (N, H, W, C) to (N, H/2, W/2, 2 · C): four neighbours side by side, which a linear layer makes half as wide; normalized before it
/// in
/// the first version of Swin Transformer, behind it in the second. An odd last row or column gets neighbours of zeros.
/// </summary>
internal sealed class PatchMerging : NamedModule
{
    private readonly LinearUnit _reduce;
    private readonly LayerNormUnit _norm;
    private readonly bool _normalizesBehind;

    public PatchMerging(long width, bool normalizesBehind) : base(nameof(PatchMerging))
    {
        _reduce = Linear("reduction", 4 * width, 2 * width, bias: false);
        _norm = LayerNorm("norm", normalizesBehind ? 2 * width : 4 * width);
        _normalizesBehind = normalizesBehind;
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor neighbours = Neighbours(input);
        Tensor merged = _normalizesBehind ? _norm.Forward(_reduce.Forward(neighbours)) : _reduce.Forward(_norm.Forward(neighbours));
        return merged.MoveToOuterDisposeScope();
    }

    private static Tensor Neighbours(Tensor maps)
    {
        (long height, long width) = (maps.shape[1], maps.shape[2]);
        Tensor even = height % 2 + width % 2 == 0 ? maps : nn.functional.pad(maps, [0, 0, 0, width % 2, 0, height % 2]);
        Tensor Every(long row, long column) => even.slice(1, row, even.shape[1], 2).slice(2, column, even.shape[2], 2);
        return cat([Every(0, 0), Every(1, 0), Every(0, 1), Every(1, 1)], -1);
    }
}
