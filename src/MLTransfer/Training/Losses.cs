using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>What a training minimizes.</summary>
/// <param name="labelSmoothing">The fraction of the target probability that is spread over all classes.</param>
internal sealed class Losses(double labelSmoothing)
{
    /// <summary>
    /// The cross entropy of logits (N, classes) with classes or, in mixed batches, with probabilities: the mean over the batch, weighted
    /// where its images have weights.
    /// </summary>
    public Tensor CrossEntropy(Tensor logits, LabelledBatch batch)
    {
        if (batch.Weights is not { } weights) return nn.functional.cross_entropy(logits, batch.Targets, label_smoothing: labelSmoothing);
        Tensor each = nn.functional.cross_entropy(
            logits, batch.Targets, reduction: nn.Reduction.None, label_smoothing: labelSmoothing);
        return (each * weights).sum() / weights.sum();
    }
}
