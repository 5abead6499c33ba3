using MLTransfer.Imaging;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// One step of the optimizer: forward, loss and backward for one batch, or for several whose gradients are added up, then the update.
/// </summary>
internal sealed class TrainingStep(TrainingState state, TrainingOptions options)
{
    private readonly Losses _losses = new(options);
    private int _batches;
    private Tensor? _weight;

    /// <summary>Trains on a batch; the update follows once there are as many batches as are accumulated.</summary>
    /// <param name="batch">The batch; the caller disposes it.</param>
    /// <param name="rate">The learning rate relative to its peak.</param>
    /// <param name="tally">Gets the counts and the loss of the batch before the update.</param>
    public void Run(LabelledBatch batch, double rate, RunningTally tally)
    {
        using var scope = NewDisposeScope();
        _batches++;
        IReadOnlyList<Tensor> logits = state.Model.Forward(batch.Inputs, batch.First);
        Tensor[] each = [.. logits.Select(scores => _losses.Mean(scores, batch))];
        Weighted(state.Model.CombineLosses(each), batch).backward();
        if (_batches == options.Accumulate) Update(rate);
        tally.Add(logits[0], batch.Labels, each[0]);
    }

    /// <summary>Updates by the batches at the end of an epoch that were too few for a whole step.</summary>
    public void Finish(double rate)
    {
        using var scope = NewDisposeScope();
        if (_batches > 0) Update(rate);
    }

    /// <summary>Several batches have the gradient of one large batch: each counts by its images, or by their weights.</summary>
    private Tensor Weighted(Tensor loss, LabelledBatch batch)
    {
        if (options.Accumulate == 1) return loss;
        Tensor weight = batch.Weights?.sum() ?? full([], batch.Labels.shape[0], loss.dtype, loss.device);
        using Tensor? before = _weight;
        _weight = (before is null ? weight.to(ScalarType.Float64) : before + weight).MoveToOuterDisposeScope();
        return loss * weight;
    }

    private void Update(double rate)
    {
        OptimizerHelper optimizer = state.Optimizer;
        foreach (optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate * rate;
        Parameter[] trained = [.. state.Model.Backbone.Concat(state.Model.Head).Where(parameter => parameter.grad is not null)];
        if (_weight is not null)
        {
            foreach (Parameter parameter in trained) parameter.grad!.div_(_weight);
        }

        if (options.ClipValue > 0) nn.utils.clip_grad_value_(trained, options.ClipValue);
        if (options.ClipNorm > 0) ClipNorm([.. trained.Select(parameter => parameter.grad!)], options.ClipNorm);
        optimizer.step();
        // Null frees the gradients' memory for the next forward pass. Zeros would keep it, and the backward pass would have to add to them.
        foreach (Parameter parameter in trained) parameter.grad = null;
        state.Average?.EndStep(state.Model.Network);
        _weight?.Dispose();
        (_batches, _weight) = (0, null);
    }

    /// <summary>Does as clip_grad_norm_, which returns the norm as a number and so waits for the device.</summary>
    internal static void ClipNorm(Tensor[] gradients, double largest)
    {
        Tensor norm = stack(gradients.Select(gradient => gradient.norm())).norm();
        Tensor scale = (largest / (norm + 1e-6)).clamp_max(1);
        foreach (Tensor gradient in gradients) gradient.mul_(scale);
    }
}
