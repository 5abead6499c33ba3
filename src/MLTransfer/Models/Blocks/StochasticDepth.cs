using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// Stochastic depth (Huang et al. 2016, https://arxiv.org/abs/1603.09382): in training, a branch is dropped for some images of the batch.
/// </summary>
internal static class StochasticDepth
{
    /// <summary>
    /// Sets a branch (N, …) to zero for each image with probability p and divides it by 1 − p for the others, so that its mean stays.
    /// Does nothing outside training or with p = 0.
    /// </summary>
    /// <param name="branch">The output of the branch; overwritten.</param>
    /// <param name="probability">p, in [0, 1).</param>
    /// <param name="training">Whether the network is in training mode.</param>
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
