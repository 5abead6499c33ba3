using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Counts over batches; the division comes last.</summary>
internal readonly record struct Tally(long Seen, long Correct, double LossSum)
{
    /// <summary>The fraction classified correctly; NaN where nothing was seen.</summary>
    public double Accuracy => Seen == 0 ? double.NaN : (double)Correct / Seen;

    /// <summary>The mean loss; NaN where nothing was seen.</summary>
    public double Loss => Seen == 0 ? double.NaN : LossSum / Seen;

    public static Tally operator +(Tally left, Tally right) =>
        new(left.Seen + right.Seen, left.Correct + right.Correct, left.LossSum + right.LossSum);

    /// <summary>Counts a batch: logits (N, classes), labels (N), the mean loss over the batch.</summary>
    public static Tally Of(Tensor logits, Tensor labels, Tensor meanLoss)
    {
        using var scope = NewDisposeScope();
        long seen = labels.shape[0];
        return new(seen, logits.detach().argmax(1).eq(labels).sum().item<long>(), meanLoss.detach().item<float>() * (double)seen);
    }
}

/// <summary>Measures images per second and the time left, for progress reports.</summary>
internal sealed class Throughput(TimeProvider clock, long total)
{
    private readonly long _start = clock.GetTimestamp();

    public long Done { get; private set; }

    public double Seconds => clock.GetElapsedTime(_start).TotalSeconds;

    public double PerSecond => Seconds > 0 ? Done / Seconds : 0;

    public void Add(long images) => Done += images;

    public TrainingProgress Report(TrainingPhase phase, int epoch, int epochs, Tally training, double validationAccuracy) => new(
        phase, epoch, epochs, Done, total, PerSecond, TimeSpan.FromSeconds(PerSecond > 0 ? Math.Max(0, total - Done) / PerSecond : 0),
        training.Loss, training.Accuracy, validationAccuracy);
}
