using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Trains for a few steps while the learning rate rises, until the loss explodes. The network is not fit for anything afterwards.
/// </summary>
internal sealed class LearningRateFinder(TrainingOptions options, int seed)
{
    private const int Steps = 100;
    private const double Lowest = 1e-7, Highest = 10;

    // As in fastai: the loss is an exponential average over the steps, and explodes at four times the best one.
    private const double Smoothing = 0.98, Explosion = 4;

    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public LearningRateCurve Run(TrainableModel model, ITrainingData data, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var state = new TrainingState(model, options);
        RandomState.Seed(seed);
        // Every layer that is ever trained.
        model.BeginEpoch(epoch: int.MaxValue);
        var step = new TrainingStep(state, options);
        var points = new List<LearningRatePoint>();
        double sum = 0, best = double.PositiveInfinity;
        using var tally = new RunningTally();
        int batches = 0;
        foreach (LabelledBatch next in Endless(data, cancellation))
        {
            using LabelledBatch batch = next;
            double rate = Lowest * Math.Pow(Highest / Lowest, points.Count / (Steps - 1.0));
            step.Run(batch, rate / options.PeakLearningRate, tally);
            if (++batches % options.Accumulate != 0) continue;
            sum = Smoothing * sum + (1 - Smoothing) * tally.Read().Loss;
            double loss = sum / (1 - Math.Pow(Smoothing, points.Count + 1));
            if (!double.IsFinite(loss) || loss > Explosion * best) break;
            points.Add(new(rate, loss));
            if (points.Count == Steps) break;
            best = Math.Min(best, loss);
            tally.Clear();
        }

        return new(points);
    }

    private static IEnumerable<LabelledBatch> Endless(ITrainingData data, CancellationToken cancellation)
    {
        for (int epoch = 1; ; epoch++)
        {
            int found = 0;
            foreach (LabelledBatch batch in data.Epoch(epoch))
            {
                found++;
                yield return batch;
                cancellation.ThrowIfCancellationRequested();
            }

            cancellation.ThrowIfCancellationRequested();
            if (found == 0) yield break;
        }
    }
}
