namespace MLTransfer.Tests.Training;

/// <summary>Hears of progress at once, on the thread that reports it.</summary>
internal sealed class Listener(Action<TrainingProgress> listen) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => listen(value);
}
