using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// How attention with several heads cuts its vectors (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.2.2).
/// </summary>
internal static class MultiHead
{
    /// <summary>
    /// Vectors (N, L, parts · D), in which queries, keys or values lie side by side, cut into heads: for each part (N, heads, L, D /
    /// heads).
    /// </summary>
    public static Tensor[] Split(Tensor projected, int parts, long heads)
    {
        long[] shape = projected.shape;
        using Tensor cut = projected.view(shape[0], shape[1], parts, heads, shape[2] / parts / heads);
        using Tensor perHead = cut.permute(2, 0, 3, 1, 4);
        return [.. Enumerable.Range(0, parts).Select(part => perHead.select(0, part))];
    }

    /// <summary>What the heads found (N, heads, L, D / heads), side by side again: (N, L, D).</summary>
    public static Tensor Join(Tensor found)
    {
        using Tensor perVector = found.transpose(1, 2);
        return perVector.flatten(2);
    }
}
