namespace MLTransfer.Cli.Screen;

/// <summary>
/// Reports training in few lines: one after each epoch, at most one a second, and, without a progress bar, one every ten seconds within a
/// phase.
/// </summary>
internal sealed class EpochLog(Action<string> write, Func<TimeSpan> clock, bool withBar)
{
    private static readonly TimeSpan BetweenEpochs = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WithinPhase = TimeSpan.FromSeconds(10);

    private TrainingProgress? _last;
    private TimeSpan _lastLine = -WithinPhase;

    internal void Report(TrainingProgress progress)
    {
        var previous = _last;
        _last = progress;
        if (previous is not null && IsEpoch(previous) && previous.Epoch != progress.Epoch)
            WriteAfter(BetweenEpochs, FormatEpoch(previous));
        if (!withBar && progress.Done > 0 && progress.Done < progress.Total)
            WriteAfter(WithinPhase, FormatProgress(progress));
    }

    /// <summary>Writes the line of the last epoch, whatever the interval.</summary>
    internal void Finish()
    {
        if (_last is not null && IsEpoch(_last))
            write(FormatEpoch(_last));
    }

    private static bool IsEpoch(TrainingProgress progress) => progress.Phase != TrainingPhase.Features && progress.Epoch > 0;

    private void WriteAfter(TimeSpan interval, string line)
    {
        if (clock() - _lastLine < interval)
            return;
        _lastLine = clock();
        write(line);
    }

    private static string FormatEpoch(TrainingProgress progress) =>
        $"epoch {progress.Epoch} of {progress.Epochs}: {ProgressText.FormatResults(progress)}";

    private static string FormatProgress(TrainingProgress progress) =>
        $"{ProgressText.FormatPhase(progress)}: " +
        $"{Figures.Count(progress.Done)} of {Figures.Count(progress.Total)} images, {ProgressText.FormatThroughput(progress)}";
}

/// <summary>Formats the progress of training.</summary>
internal static class ProgressText
{
    internal static string FormatPhase(TrainingProgress progress) => progress.Phase switch
    {
        TrainingPhase.Features => "features",
        TrainingPhase.Validation => $"epoch {progress.Epoch} of {progress.Epochs}, validating",
        _ => $"epoch {progress.Epoch} of {progress.Epochs}, training",
    };

    internal static string FormatResults(TrainingProgress progress) =>
        $"loss {Figures.Number(progress.Loss)}, " +
        $"training {Figures.Percent(progress.TrainingAccuracy)}, validation {Figures.Percent(progress.ValidationAccuracy)}";

    internal static string FormatThroughput(TrainingProgress progress) =>
        $"{Figures.Speed(progress.ImagesPerSecond)}, {Figures.Seconds(progress.Remaining.TotalSeconds)} left";
}
