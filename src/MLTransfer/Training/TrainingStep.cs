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
    private double _weight;

    /// <summary>Trains on a batch; the update follows once there are as many batches as are accumulated.</summary>
    /// <param name="batch">The batch; the caller disposes it.</param>
    /// <param name="rate">The learning rate relative to its peak.</param>
    /// <returns>Counts and loss of the batch before the update.</returns>
    public Tally Run(LabelledBatch batch, double rate)
    {
        using var scope = NewDisposeScope();
        if (_batches++ == 0) state.Optimizer.zero_grad();
        IReadOnlyList<Tensor> logits = state.Model.Forward(batch.Inputs, batch.First);
        Tensor[] each = [.. logits.Select(scores => _losses.Mean(scores, batch))];
        Weighted(state.Model.CombineLosses(each), batch).backward();
        if (_batches == options.Accumulate) Update(rate);
        return Tally.Of(logits[0], batch.Labels, each[0]);
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
        double weight = batch.Weights?.sum().item<float>() ?? batch.Labels.shape[0];
        _weight += weight;
        return loss * weight;
    }

    private void Update(double rate)
    {
        OptimizerHelper optimizer = state.Optimizer;
        foreach (optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate * rate;
        if (options.Accumulate > 1)
        {
            foreach (Parameter parameter in Trained()) parameter.grad!.div_(_weight);
        }

        if (options.ClipValue > 0) nn.utils.clip_grad_value_(Trained(), options.ClipValue);
        if (options.ClipNorm > 0) nn.utils.clip_grad_norm_(Trained(), options.ClipNorm);
        optimizer.step();
        state.Average?.EndStep(state.Model.Network);
        (_batches, _weight) = (0, 0);
    }

    private Parameter[] Trained() => [.. state.Model.Backbone.Concat(state.Model.Head).Where(parameter => parameter.grad is not null)];
}
