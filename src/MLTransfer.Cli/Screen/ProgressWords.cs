namespace MLTransfer.Cli.Screen;

/// <summary>Progress of training in words.</summary>
internal static class ProgressWords
{
    internal static string Phase(TrainingProgress progress) => progress.Phase switch
    {
        TrainingPhase.Features => "features",
        TrainingPhase.Validation => $"epoch {progress.Epoch} of {progress.Epochs}, validating",
        _ => $"epoch {progress.Epoch} of {progress.Epochs}, training",
    };

    internal static string Results(TrainingProgress progress) =>
        $"loss {Figures.Number(progress.Loss)}, " +
        $"training {Figures.Percent(progress.TrainingAccuracy)}, validation {Figures.Percent(progress.ValidationAccuracy)}";

    internal static string Throughput(TrainingProgress progress) =>
        $"{Figures.Speed(progress.ImagesPerSecond)}, {Figures.Seconds(progress.Remaining.TotalSeconds)} left";
}
