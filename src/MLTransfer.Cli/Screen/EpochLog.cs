using MLTransfer.Training;

namespace MLTransfer.Cli.Screen;

/// <summary>Reports training in plain lines: one for each epoch, and one every ten seconds within a phase.</summary>
internal sealed class EpochLog(Action<string> write, Func<TimeSpan> clock)
{
    private static readonly TimeSpan WithinPhase = TimeSpan.FromSeconds(10);

    private TimeSpan _lastLine = -WithinPhase;

    internal void Report(TrainingProgress progress)
    {
        if (progress is { Trial: { } trial, Total: 0 })
        {
            write(double.IsNaN(trial.Seconds) ? ProgressText.Begun(trial) : ProgressText.Finished(trial));
            return;
        }
        var isDue = clock() - _lastLine >= WithinPhase;
        var isWithin = progress.Done > 0 && progress.Done < progress.Total;
        // A trial has a line when it is over; a line for each epoch of several trials would be too many.
        if (progress.Finished is not null ? progress.Trial is not null && !isDue : !isWithin || !isDue)
            return;
        _lastLine = clock();
        write(progress.Finished is { } epoch ? FormatEpoch(progress, epoch) : FormatPhase(progress));
    }

    private static string FormatEpoch(TrainingProgress progress, EpochResult epoch) => string.Join(", ",
    [
        $"{ProgressText.Trial(progress)}epoch {epoch.Epoch} of {progress.Epochs}: loss {Figures.Number(epoch.Loss)}",
        $"training {Figures.Percent(epoch.TrainingAccuracy)}",
        $"validation {Figures.Percent(epoch.ValidationAccuracy)}",
        $"validation loss {Figures.Number(epoch.ValidationLoss)}",
        .. Chosen(progress.ChooseBy, epoch),
        $"learning rate {Figures.Rate(epoch.LearningRate)}",
        Figures.Speed(epoch.ImagesPerSecond),
        Figures.Seconds(epoch.Seconds),
        .. ProgressText.TimeLeft(progress),
        .. epoch.Epoch == progress.BestEpoch ? ["best so far"] : Array.Empty<string>(),
    ]);

    private static IEnumerable<string> Chosen(EpochMetric metric, EpochResult epoch) => EpochChoice.IsExtra(metric)
        ? [$"{EpochChoice.Names[(int)metric]} {Figures.Metric(metric, EpochChoice.Value(epoch, metric))}"] : [];

    private static string PhaseOf(TrainingProgress progress) => progress.Phase switch
    {
        TrainingPhase.Features => "features",
        TrainingPhase.Validation => $"epoch {progress.Epoch} of {progress.Epochs}, validating",
        _ => $"epoch {progress.Epoch} of {progress.Epochs}, training",
    };

    private static string FormatPhase(TrainingProgress progress) =>
        $"{ProgressText.Trial(progress)}{PhaseOf(progress)}: {Figures.Count(progress.Done)} of {Figures.Count(progress.Total)} images, "
        + string.Join(
            ", ", [.. ProgressText.Results(progress), Figures.Speed(progress.ImagesPerSecond), .. ProgressText.TimeLeft(progress)]);
}

/// <summary>The parts of a report about training, in words.</summary>
internal static class ProgressText
{
    /// <summary>Which trial of a search this is about, before other words; empty in other trainings.</summary>
    internal static string Trial(TrainingProgress progress) => progress.Trial is { } trial ? $"trial {trial.Number}, " : "";

    internal static string Begun(AutoTrial trial) => double.IsFinite(trial.ExpectedSeconds)
        ? $"{Named(trial)}, about {Figures.Seconds(trial.ExpectedSeconds)}" : Named(trial);

    internal static string Finished(AutoTrial trial) => $"{Named(trial)}: " + string.Join(", ",
    [
        .. double.IsNaN(trial.ValidationAccuracy) ? Array.Empty<string>()
            : [$"{Figures.Percent(trial.ValidationAccuracy)} of the validation images right"],
        Figures.Seconds(trial.Seconds),
        .. trial.Why.Length == 0 ? Array.Empty<string>() : [trial.Why],
    ]);

    // The image size of the first trial is not known before it is over.
    private static string Named(AutoTrial trial) =>
        trial.ImageSize == 0 ? $"trial {trial.Number}: {trial.Kind}, {trial.Recipe}" : $"trial {trial.Number}: {trial}";

    /// <summary>Loss and accuracy of the epoch so far; none in the phase of features.</summary>
    internal static IEnumerable<string> Results(TrainingProgress progress) => double.IsNaN(progress.Loss) ? []
        : progress.Phase == TrainingPhase.Validation
            ? [$"loss {Figures.Number(progress.Loss)}", $"validation {Figures.Percent(progress.ValidationAccuracy)}"]
            : [$"loss {Figures.Number(progress.Loss)}", $"training {Figures.Percent(progress.TrainingAccuracy)}"];

    /// <summary>The time left of the whole training where that is known, else of the phase; none where nothing is left.</summary>
    internal static IEnumerable<string> TimeLeft(TrainingProgress progress)
    {
        var left = progress.TrainingRemaining ?? progress.Remaining;
        return left > TimeSpan.Zero ? [$"{Figures.Seconds(left.TotalSeconds)} left"] : [];
    }
}
