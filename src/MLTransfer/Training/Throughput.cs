namespace MLTransfer.Training;

/// <summary>Counts images against the clock and says how far and how fast.</summary>
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
