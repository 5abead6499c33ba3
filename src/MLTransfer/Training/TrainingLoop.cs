using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>The one training loop: epochs of steps, validation behind each, the best epoch kept.</summary>
/// <param name="recipe">How to train.</param>
/// <param name="clock">Measures the time.</param>
/// <param name="progress">Hears of every batch.</param>
/// <param name="finished">Hears of every finished epoch.</param>
/// <param name="checkpoint">Where the training is kept after every epoch.</param>
/// <param name="accept">Called before an epoch counts: what it throws makes the epoch fail.</param>
internal sealed class TrainingLoop(
    TrainingRecipe recipe, TimeProvider clock, IProgress<TrainingProgress>? progress, Action<EpochResult>? finished = null,
    Checkpoint? checkpoint = null, Action? accept = null)
{
    /// <summary>
    /// Trains until the last epoch, until the token asks to stop (then after the running batch), or until an epoch fails that is not the
    /// first: <see cref="TrainingHistory.Failure"/> says why.
    /// </summary>
    /// <param name="trainee">The network; holds the weights of the best epoch afterwards.</param>
    /// <param name="data">What it is trained on.</param>
    /// <param name="validate">Scores the validation images; <see langword="null"/> where there are none, and the last epoch is
    /// kept.</param>
    /// <param name="cancellation">Stops the training; what was best until then is kept.</param>
    /// <exception cref="InvalidOperationException">In the first epoch the loss, a weight or a statistic became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before an epoch was finished.</exception>
    public TrainingHistory Run(TrainableModel trainee, ITrainingData data, Func<int, Tally, CancellationToken, Tally>? validate,
        CancellationToken cancellation)
    {
        using OptimizerHelper optimizer = Optimizers.Create(recipe, trainee.Backbone, trainee.Head);
        using var best = new BestEpoch(trainee.Network);
        TrainingHistory? before = checkpoint?.Restore(trainee.Network, best, optimizer, recipe.Epochs);
        List<EpochResult> epochs = [.. before?.Epochs ?? []];
        double seconds = before?.Seconds ?? 0;
        long images = before?.Images ?? 0;
        Exception? failure = null;
        int failed = 0;
        TrainingHistory History() => new(epochs, best.Result!, Cancelled: epochs.Count < recipe.Epochs, seconds, images)
        {
            Failure = failure, FailedEpoch = failed,
        };
        for (int epoch = epochs.Count + 1; epoch <= recipe.Epochs && failure is null && !cancellation.IsCancellationRequested; epoch++)
        {
            try
            {
                long start = clock.GetTimestamp();
                var pace = new Throughput(clock, data.Count);
                double lastAccuracy = epochs.LastOrDefault()?.ValidationAccuracy ?? double.NaN;
                Tally training = TrainEpoch(trainee, data, optimizer, epoch, lastAccuracy, pace, validate is null, cancellation);
                TrainingProgress trained = pace.Report(TrainingPhase.Training, epoch, recipe.Epochs, training, double.NaN);
                seconds += pace.Seconds;
                images += training.Seen;
                Tally validation = cancellation.IsCancellationRequested ? default : validate?.Invoke(epoch, training, cancellation)
                    ?? default;
                if (cancellation.IsCancellationRequested) break;
                RequireFinite(trainee.Network, validation, epoch);
                accept?.Invoke();
                var result = new EpochResult(
                    epoch, training.Loss, training.Accuracy, validation.Loss, validation.Accuracy,
                    optimizer.ParamGroups.First().LearningRate,
                    clock.GetElapsedTime(start).TotalSeconds);
                best.Offer(result);
                epochs.Add(result);
                Keep(History(), trainee.Network, optimizer);
                progress?.Report(trained with { ValidationAccuracy = validation.Accuracy });
                finished?.Invoke(result);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            // With an epoch done there is a model worth keeping: the caller gets it together with the error.
            catch (Exception error) when (best.Result is not null)
            {
                (failure, failed) = (error, epoch);
            }
        }

        if (best.Result is null) throw new OperationCanceledException(cancellation);
        best.Restore();
        trainee.Finish();
        return History();
    }

    private void Keep(TrainingHistory history, nn.Module network, OptimizerHelper optimizer)
    {
        try
        {
            checkpoint?.Save(history, network, optimizer);
        }
        catch (Exception error)
        {
            throw new CheckpointException(history.Epochs.Count, error);
        }
    }

    private Tally TrainEpoch(
        TrainableModel trainee, ITrainingData data, optim.Optimizer optimizer, int epoch, double validationAccuracy, Throughput pace, bool isUnvalidated,
        CancellationToken cancellation)
    {
        // Chance inside the network, as of dropout, depends on the epoch alone: a training that goes on from a checkpoint draws the same.
        manual_seed(recipe.Seed + epoch * 1_000_003L);
        trainee.BeginEpoch();
        using var epochScope = NewDisposeScope();
        Tally tally = default;
        int step = 0;
        Tensor? sample = null;
        foreach (Func<LabelledBatch> take in data.Epoch(epoch))
        {
            using var scope = NewDisposeScope();
            SetRate(optimizer, (epoch - 1 + (double)step++ / data.Batches) / recipe.Epochs);
            LabelledBatch batch = take();
            if (isUnvalidated) sample ??= batch.Inputs.alias().MoveToOuterDisposeScope();
            optimizer.zero_grad();
            IReadOnlyList<Tensor> logits = trainee.Logits(batch.Inputs);
            Tensor[] losses = [.. logits.Select(scores => Loss(scores, batch))];
            trainee.Total(losses).backward();
            optimizer.step();
            tally += Tally.Of(logits[0], batch.Labels, losses[0]);
            pace.Add(batch.Images);
            if (!double.IsFinite(tally.LossSum)) throw epoch == 1 && step == 1 ? Unusable() : Diverged(epoch, "the loss");
            progress?.Report(pace.Report(TrainingPhase.Training, epoch, recipe.Epochs, tally, validationAccuracy));
            if (cancellation.IsCancellationRequested) break;
        }

        if (sample is not null && !trainee.ScoresAreFinite(sample)) throw Diverged(epoch, "the network's scores");
        return tally;
    }

    private Tensor Loss(Tensor scores, LabelledBatch batch)
    {
        if (batch.Weights is not { } weights)
            return nn.functional.cross_entropy(scores, batch.Targets, label_smoothing: recipe.LabelSmoothing);
        Tensor each = nn.functional.cross_entropy(
            scores, batch.Targets, reduction: nn.Reduction.None, label_smoothing: recipe.LabelSmoothing);
        return (each * weights).sum() / weights.sum();
    }

    private void SetRate(optim.Optimizer optimizer, double done)
    {
        double share = Schedule.Share(recipe.Schedule, done);
        foreach (optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate * share;
    }

    // The loss of an epoch says nothing of its last step, nor of the statistics of batch norms, which are for evaluation only.
    private void RequireFinite(nn.Module network, Tally validation, int epoch)
    {
        if (Finiteness.FirstViolation(network) is { } name) throw Diverged(epoch, $"'{name}' of the network");
        if (validation.Seen > 0 && !double.IsFinite(validation.LossSum)) throw Diverged(epoch, "the loss on the validation images");
    }

    private static InvalidOperationException Unusable() => new(
        "The loss of the first batch is NaN or infinite before any weight has changed: the weights to start from, the preprocessing or the " +
        "images are at fault. Check the weights, and that no standard deviation of the preprocessing is 0.");

    private InvalidOperationException Diverged(int epoch, string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The training diverged: in epoch {epoch}, {what} became NaN or infinite. The learning rate is {recipe.LearningRate:g3}; try a "
        + $"tenth of it."));
}
