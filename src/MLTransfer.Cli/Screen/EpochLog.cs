namespace MLTransfer.Cli.Screen;

/// <summary>
/// Training told in lines, at intervals that a log file bears: a line after an epoch, at most one a second, and, where no bar moves, one
/// every ten seconds within long phases.
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
            WriteAfter(BetweenEpochs, EpochLine(previous));
        if (!withBar && progress.Done > 0 && progress.Done < progress.Total)
            WriteAfter(WithinPhase, PhaseLine(progress));
    }

    /// <summary>The last epoch has its line, whatever the interval.</summary>
    internal void Finish()
    {
        if (_last is not null && IsEpoch(_last))
            write(EpochLine(_last));
    }

    private static bool IsEpoch(TrainingProgress progress) => progress.Phase != TrainingPhase.Features && progress.Epoch > 0;

    private void WriteAfter(TimeSpan interval, string line)
    {
        if (clock() - _lastLine < interval)
            return;
        _lastLine = clock();
        write(line);
    }

    private static string EpochLine(TrainingProgress progress) =>
        $"epoch {progress.Epoch} of {progress.Epochs}: {ProgressWords.Results(progress)}";

    private static string PhaseLine(TrainingProgress progress) =>
        $"{ProgressWords.Phase(progress)}: " +
        $"{Figures.Count(progress.Done)} of {Figures.Count(progress.Total)} images, {ProgressWords.Throughput(progress)}";
}
