using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>One step: forward, loss, backward, update.</summary>
internal sealed class TrainingStep(TrainableModel model, optim.Optimizer optimizer, Losses losses)
{
    /// <summary>Trains on a batch.</summary>
    /// <param name="batch">The batch; the caller disposes it.</param>
    /// <param name="rate">The learning rate relative to its peak.</param>
    /// <returns>Counts and loss of the batch before the update.</returns>
    public Tally Run(LabelledBatch batch, double rate)
    {
        using var scope = NewDisposeScope();
        foreach (optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate * rate;
        optimizer.zero_grad();
        IReadOnlyList<Tensor> logits = model.Forward(batch.Inputs);
        Tensor[] each = [.. logits.Select(scores => losses.CrossEntropy(scores, batch))];
        model.CombineLosses(each).backward();
        optimizer.step();
        return Tally.Of(logits[0], batch.Labels, each[0]);
    }
}

/// <summary>The loss that a training minimizes.</summary>
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
