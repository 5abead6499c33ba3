using System.Globalization;
using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Scores the validation images after an epoch.</summary>
internal delegate Tally Validation(int epoch, Tally training, CancellationToken cancellation);

/// <summary>The one training loop: epochs of steps, validation after each, the best epoch kept.</summary>
/// <param name="options">How to train.</param>
/// <param name="seed">Seeds the random numbers inside the network.</param>
/// <param name="clock">Measures the time.</param>
/// <param name="progress">Notified after every batch.</param>
/// <param name="finished">Called after every finished epoch, the last of the state's.</param>
/// <param name="checkpoint">Where the training is kept after every epoch.</param>
/// <param name="accept">Called before an epoch counts: an exception makes the epoch fail.</param>
internal sealed class TrainingLoop(
    TrainingOptions options, int seed, TimeProvider clock, IProgress<TrainingProgress>? progress, Action<TrainingState>? finished = null,
    Checkpoint? checkpoint = null, Action? accept = null)
{
    private readonly StepRate _rate = options.StepRate ?? Schedule.Create(options.Schedule, options.Warmup);
    private TrainingProgress? _lastEpoch;

    /// <summary>
    /// Trains until the last epoch, until the options or the token ask to stop (the token: after the running batch), or until an epoch
    /// fails that is not the first: <see cref="TrainingState.Failure"/> says why.
    /// </summary>
    /// <param name="model">The network; holds the weights of the best epoch afterwards, or the average of the best ones.</param>
    /// <param name="data">The training data.</param>
    /// <param name="validate">Scores the validation images; null where there are none: the last epoch is then kept.</param>
    /// <param name="cancellation">Stops the training; the best epoch until then is kept.</param>
    /// <exception cref="InvalidOperationException">In the first epoch the loss, a weight or a statistic became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before an epoch was finished.</exception>
    public TrainingState Run(TrainableModel model, ITrainingData data, Validation? validate, CancellationToken cancellation)
    {
        var state = new TrainingState(model, options);
        CancellationToken until = options.EpochsUntil ?? cancellation;
        try
        {
            checkpoint?.Restore(state);
            while (state.IsUnfinished && !until.IsCancellationRequested)
            {
                if (!TryEpoch(state, data, validate, until)) break;
            }

            if (state.Epochs.Count == 0) throw new OperationCanceledException(until);
            if (until.IsCancellationRequested && !cancellation.IsCancellationRequested) state.Stop();
            if (options.SoupOf > 1 && validate is not null && state is { Failure: null, IsUnfinished: false })
                Blend(state, validate, cancellation);
            state.Finish();
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Whether the epoch finished or failed; false where it was stopped.</summary>
    private bool TryEpoch(TrainingState state, ITrainingData data, Validation? validate, CancellationToken cancellation)
    {
        int epoch = state.Epochs.Count + 1;
        try
        {
            return LackOfMemory.Explain(
                () => RunEpoch(state, epoch, data, validate, cancellation),
                InTraining(options.StepSize, ofImages: state.Model.Network is ImageModel));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
        // After a finished epoch there is a model worth keeping: the caller gets it together with the error.
        catch (Exception error) when (state.Epochs.Count > 0)
        {
            state.Fail(epoch, error);
            return true;
        }
    }

    private bool RunEpoch(TrainingState state, int epoch, ITrainingData data, Validation? validate, CancellationToken cancellation)
    {
        long start = clock.GetTimestamp();
        var throughput = new Throughput(clock, data.Count);
        Tally training = Train(state, epoch, data, throughput, isValidated: validate is not null, cancellation);
        TrainingProgress trained = throughput.Report(TrainingPhase.Training, epoch, options.Epochs, training, double.NaN);
        state.Count(throughput.Seconds, training.Seen);
        if (cancellation.IsCancellationRequested) return false;
        state.Average?.EndEpoch(state.Model.Network, epoch);
        state.Average?.Swap(state.Model.Network);
        Tally validation = validate?.Invoke(epoch, training, cancellation) ?? default;
        if (cancellation.IsCancellationRequested) return false;
        RequireFinite(state.Model, validation, epoch);
        accept?.Invoke();
        EpochResult result = new EpochResult(
            epoch, training.Loss, training.Accuracy, double.NaN, double.NaN, state.Optimizer.ParamGroups.First().LearningRate,
            clock.GetElapsedTime(start).TotalSeconds)
        {
            ImagesPerSecond = trained.ImagesPerSecond,
        }.Validated(validation);
        state.Add(result);
        state.Average?.Swap(state.Model.Network);
        Save(state);
        _lastEpoch = trained with
        {
            ValidationAccuracy = validation.Accuracy,
            LearningRate = result.LearningRate,
            BestEpoch = state.Best.Epoch,
            Finished = result,
        };
        progress?.Report(_lastEpoch);
        finished?.Invoke(state);
        if (options.StopsAfter?.Invoke(result) == true) state.Stop();
        return true;
    }

    /// <summary>Chooses which of the best epochs are averaged.</summary>
    private void Blend(TrainingState state, Validation validate, CancellationToken cancellation)
    {
        try
        {
            state.Soup = GreedySoup.Choose(state.Kept, options.ChooseBy, epochs =>
            {
                state.UseMeanOf(epochs);
                Tally validation = validate(state.Epochs.Count, default, cancellation);
                cancellation.ThrowIfCancellationRequested();
                return epochs[0].Validated(validation);
            });
            if (_lastEpoch is { } last) progress?.Report(last with { Finished = null });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            state.Interrupt();
        }
        catch (Exception error)
        {
            state.Fail(epoch: null, error);
        }
    }

    private Tally Train(
        TrainingState state, int epoch, ITrainingData data, Throughput throughput, bool isValidated, CancellationToken cancellation)
    {
        // Random numbers inside the network, as of dropout, depend on the epoch alone: a resumed training draws the same.
        RandomState.Seed(seed + epoch * 1_000_003L);
        state.Model.BeginEpoch(epoch);
        using var scope = NewDisposeScope();
        var step = new TrainingStep(state, options);
        int stepsPerEpoch = (data.Batches + options.Accumulate - 1) / options.Accumulate;
        (double lastAccuracy, int bestEpoch) =
            state.Epochs is [.., var last] ? (last.ValidationAccuracy, state.Best.Epoch) : (double.NaN, 0);
        using var running = new RunningTally();
        Tally tally = default;
        (Tensor Inputs, int First)? sample = null;
        int batches = 0;
        double rate = 0;
        foreach (LabelledBatch next in data.Epoch(epoch))
        {
            using LabelledBatch batch = next;
            if (!isValidated) sample ??= (batch.Inputs.alias(), batch.First);
            rate = _rate(new(epoch, batches++ / options.Accumulate, stepsPerEpoch, options.Epochs, state.Epochs));
            step.Run(batch, rate, running);
            tally = running.ReadNowAndThen();
            throughput.Add(batch.Images);
            if (!double.IsFinite(tally.LossSum)) throw epoch == 1 && batches == 1 ? Unusable() : Diverged(epoch, "the loss");
            progress?.Report(throughput.Report(TrainingPhase.Training, epoch, options.Epochs, tally, lastAccuracy) with
            {
                LearningRate = state.Optimizer.ParamGroups.First().InitialLearningRate * rate,
                BestEpoch = bestEpoch,
            });
            if (cancellation.IsCancellationRequested) break;
        }

        step.Finish(rate);
        return Finite(running.Read(), state.Model, sample, epoch);
    }

    private Tally Finite(Tally tally, TrainableModel model, (Tensor Inputs, int First)? sample, int epoch)
    {
        if (!double.IsFinite(tally.LossSum)) throw Diverged(epoch, "the loss");
        if (sample is var (inputs, first) && !model.ScoresAreFinite(inputs, first)) throw Diverged(epoch, "the network's scores");
        return tally;
    }

    private void Save(TrainingState state)
    {
        try
        {
            checkpoint?.Save(state);
        }
        catch (Exception error)
        {
            throw new CheckpointException(state.Epochs.Count, error);
        }
    }

    // The loss of an epoch covers neither its last step nor the batch-norm statistics, which only evaluation uses.
    private void RequireFinite(TrainableModel model, Tally validation, int epoch)
    {
        if (TrainableModel.FirstNotFinite(model.Network) is { } name) throw Diverged(epoch, $"'{name}' of the network");
        if (validation.Seen > 0 && !double.IsFinite(validation.LossSum)) throw Diverged(epoch, "the loss on the validation images");
    }

    private static string InTraining(int batchSize, bool ofImages) =>
        $"in a training with batches of {batchSize} images. Make them smaller"
        + (batchSize > 1 ? $", such as {batchSize / 2} with the gradients of two batches accumulated for the same step" : "")
        + (ofImages ? ", or the images, or train fewer layers." : ".");

    private static InvalidOperationException Unusable() => new(
        "The loss of the first batch is NaN or infinite before any weight has changed: the weights to start from, the preprocessing or "
        + "the images are at fault. Check the weights, and that no standard deviation of the preprocessing is 0.");

    private InvalidOperationException Diverged(int epoch, string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The training diverged: in epoch {epoch}, {what} became NaN or infinite. The learning rate is {options.PeakLearningRate:g3}; "
        + $"try a tenth of it."));
}
