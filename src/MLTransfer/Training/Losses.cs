using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>The loss that a training minimizes.</summary>
/// <param name="kind">The loss.</param>
/// <param name="labelSmoothing">The fraction of the target probability that is spread over all classes.</param>
/// <param name="focalGamma">The power of the focal loss; 0: not focal.</param>
internal sealed class Losses(LossKind kind = LossKind.CrossEntropy, double labelSmoothing = 0, double focalGamma = 0)
{
    // Keeps the gradient of a power below 1 finite where the probability is exactly 1.
    private const double LeastError = 1e-7;

    public Losses(TrainingOptions options) : this(options.Loss, options.LabelSmoothing, options.FocalGamma)
    {
    }

    /// <summary>
    /// The loss of logits (N, classes) with classes or, in mixed batches, with probabilities: the mean over the batch, weighted where its
    /// images have weights.
    /// </summary>
    public Tensor Mean(Tensor logits, LabelledBatch batch)
    {
        if (batch.Weights is not { } weights)
        {
            return kind == LossKind.CrossEntropy && focalGamma == 0
                ? nn.functional.cross_entropy(logits, batch.Targets, label_smoothing: labelSmoothing) : Each(logits, batch).mean();
        }

        return (Each(logits, batch) * weights).sum() / weights.sum();
    }

    /// <summary>The loss of each image (N).</summary>
    private Tensor Each(Tensor logits, LabelledBatch batch) => (kind, focalGamma) switch
    {
        (LossKind.CrossEntropy, 0) => nn.functional.cross_entropy(
            logits, batch.Targets, reduction: nn.Reduction.None, label_smoothing: labelSmoothing),
        (LossKind.CrossEntropy, _) => Focal(logits, Probabilities(batch, logits.shape[1])),
        _ => OneAgainstAll(logits, Probabilities(batch, logits.shape[1])).mean([1]),
    };

    /// <summary>−Σ target · (1 − p)^γ · log p over the classes, with p by softmax (Lin et al. 2017).</summary>
    private Tensor Focal(Tensor logits, Tensor targets)
    {
        Tensor logarithms = nn.functional.log_softmax(logits, 1);
        return -(targets * Modulation(logarithms.exp()) * logarithms).sum(1);
    }

    /// <summary>The binary cross entropy of each class (N, classes), times (1 − probability of its target)^γ where it is focal.</summary>
    private Tensor OneAgainstAll(Tensor logits, Tensor targets)
    {
        Tensor losses = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None);
        if (focalGamma == 0) return losses;
        Tensor probability = logits.sigmoid();
        return losses * Modulation(probability * targets + (1 - probability) * (1 - targets));
    }

    private Tensor Modulation(Tensor right) => (1 - right).clamp_min(LeastError).pow(focalGamma);

    /// <summary>The smoothed probability of each class (N, classes).</summary>
    private Tensor Probabilities(LabelledBatch batch, long classes)
    {
        Tensor certain = batch.Targets.is_floating_point() ? batch.Targets
            : nn.functional.one_hot(batch.Targets, classes).to(ScalarType.Float32);
        return certain * (1 - labelSmoothing) + labelSmoothing / classes;
    }
}
