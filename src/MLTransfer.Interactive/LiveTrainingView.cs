using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>A training while it runs: progress, time left, the curves so far.</summary>
internal static class LiveTrainingView
{
    internal static NotebookView View { get; } = NotebookView.Of<TrainingSnapshot>(Html, Text);

    private static Markup Html(TrainingSnapshot training)
    {
        TrainingProgress now = training.Progress;
        Markup curves = training.Epochs.Count == 0 ? default
            : LearningCurves.Results(training.Epochs, now.BestEpoch, now.ChooseBy);
        return Markup.Format(
            $"""
            <h3>{Title(training)} <span class="quiet">{Details(training)}</span></h3>
            <div class="bar"><div style="width: {100 * Done(training):0.#}%"></div></div>
            <div class="charts">{curves}</div>
            {TrialTable.Render(training.Trials)}
            """);
    }

    private static string Text(TrainingSnapshot training) => $"{Title(training)} – {Details(training)}";

    private static string Title(TrainingSnapshot training) => training switch
    {
        { HasEnded: false, Progress.Trial: { } trial } => $"Trial {trial.Number}, {trial.Kind}, {trial.Recipe}: {Step(training)}",
        { HasEnded: true, WasStopped: false, Trials.Count: > 0 } => "Tried",
        _ => Step(training),
    };

    private static string Step(TrainingSnapshot training) => training switch
    {
        { WasStopped: true } => "Stopped",
        // A search for a learning rate has no epochs.
        { HasEnded: true, Epochs.Count: 0 } => "Done",
        { HasEnded: true } => "Trained",
        { Progress.Phase: TrainingPhase.Features } => "Features",
        { Progress: { Phase: TrainingPhase.Validation } now } => $"Validation, epoch {now.Epoch} of {now.Epochs}",
        { Progress: var now } => $"Epoch {now.Epoch} of {now.Epochs}",
    };

    private static string Details(TrainingSnapshot training) => string.Join(", ", Parts(training).Where(part => part is not null));

    private static IEnumerable<string?> Parts(TrainingSnapshot training)
    {
        TrainingProgress now = training.Progress;
        if (training is { HasEnded: true, Trials: { Count: > 0 } trials })
        {
            yield return trials.Count == 1 ? "1 training" : $"{ReportNumber.Count(trials.Count)} trainings";
            yield return Accuracy(trials.Max(trial => trial.ValidationAccuracy));
            yield break;
        }

        if (training.HasEnded)
        {
            if (training.Epochs.Count > 0) yield return Epochs(training.Epochs.Count);
            if (now.BestEpoch > 0) yield return $"the best is {now.BestEpoch}";
            yield return Accuracy(training.Epochs.FirstOrDefault(epoch => epoch.Epoch == now.BestEpoch)?.ValidationAccuracy);
            yield break;
        }

        yield return $"{ReportNumber.Count(now.Done)} of {ReportNumber.Count(now.Total)} images";
        yield return double.IsFinite(now.ImagesPerSecond) ? ReportNumber.Throughput(now.ImagesPerSecond) : null;
        yield return $"{Duration(now.TrainingRemaining ?? now.Remaining)} left";
        yield return double.IsFinite(now.Loss) ? Markup.Format($"loss {now.Loss:0.0000}").Source : null;
        yield return Accuracy(now.ValidationAccuracy);
    }

    private static string? Accuracy(double? found) =>
        found is { } accuracy && double.IsFinite(accuracy) ? $"validation accuracy {ReportNumber.Percent(accuracy)}" : null;

    private static string Epochs(int count) => count == 1 ? "1 epoch" : $"{ReportNumber.Count(count)} epochs";

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalMinutes: < 90 } => $"{Math.Ceiling(time.TotalMinutes):0} min",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    // Of all epochs; features are a bar of their own.
    private static double Done(TrainingSnapshot training)
    {
        TrainingProgress now = training.Progress;
        double part = now.Total == 0 ? 0 : (double)now.Done / now.Total;
        return now.Phase switch
        {
            _ when training is { HasEnded: true, WasStopped: false } => 1,
            TrainingPhase.Features => part,
            TrainingPhase.Training => (now.Epoch - 1 + part) / now.Epochs,
            _ => (double)now.Epoch / now.Epochs,
        };
    }
}
