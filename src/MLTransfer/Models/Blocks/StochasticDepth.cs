using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// Stochastic depth (Huang et al. 2016, https://arxiv.org/abs/1603.09382): in training, a branch counts for some images of the batch only.
/// </summary>
internal static class StochasticDepth
{
    /// <summary>
    /// Sets a branch (N, …) to zero for each image with the given probability and divides it by what remains of 1 for the others, so that
    /// its mean stays. Out of training, or where the probability is 0, nothing happens.
    /// </summary>
    /// <returns>The branch itself, overwritten.</returns>
    public static Tensor Drop(Tensor branch, double probability, bool training)
    {
        if (!training || probability == 0) return branch;
        long[] onePerImage = [branch.shape[0], .. Enumerable.Repeat(1L, (int)branch.dim() - 1)];
        using Tensor chances = full(onePerImage, 1 - probability, dtype: branch.dtype, device: branch.device);
        using Tensor kept = bernoulli(chances);
        return branch.mul_(kept.div_(1 - probability));
    }
}
