using System.Globalization;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using MLTransfer.Training;

namespace MLTransfer.Interactive;

/// <summary>The result of a training: what came out, the curves, a table of the epochs, the images that were left out.</summary>
internal static class TrainingSummaryView
{
    internal static NotebookView View { get; } = NotebookView.Of<TrainingSummary>(Html, Text);

    private static Markup Html(TrainingSummary training) => Markup.Format(
        $"""
        <h3>{Outcome(training)}</h3>
        {ReportPage.NamedValues(Facts(training))}
        {TrialTable.Render(training.Trials)}
        <div class="charts">{LearningCurves.Render(training.Epochs, training.BestEpoch, training.ChooseBy)}</div>
        <details><summary>{Count(training.Epochs.Count, "epoch")}</summary>{Epochs(training)}</details>
        {Skipped(training.Skipped)}
        """);

    private static string Text(TrainingSummary training) =>
        string.Join('\n', [
            Outcome(training), .. Facts(training).Select(fact => $"{fact.Name}: {fact.Value}"),
            .. training.Trials.Select(trial => $"{trial}: {ReportNumber.Percent(trial.ValidationAccuracy)}, {trial.Why}")]);

    private static string Outcome(TrainingSummary training) => double.IsFinite(training.ValidationAccuracy)
        ? $"{ReportNumber.Percent(training.ValidationAccuracy)} of {Count(training.ValidationImages, "validation image")} right"
        : "Trained without validation images";

    private static IEnumerable<(string Name, string Value)> Facts(TrainingSummary training) =>
    [
        ("epochs", ReportNumber.Count(training.Epochs.Count) + training switch
        {
            { Failure: { } failure } => $", then failed: {failure}",
            { Cancelled: true } => ", then stopped",
            { StoppedEarly: true } => ", then stopped early: no better one for a while",
            _ => "",
        }),
        ("best epoch", ReportNumber.Count(training.BestEpoch)),
        .. Chosen(training),
        ("training images", ReportNumber.Count(training.TrainingImages)),
        ("time", Time(training)),
        ("throughput", ReportNumber.Throughput(training.ImagesPerSecond)),
        .. TrialTable.Facts(training),
        .. training.Calibration is { } calibration
            ? [("temperature", calibration.Temperature.ToString("0.00", CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
    ];

    // The accuracy is told in any case.
    private static IEnumerable<(string Name, string Value)> Chosen(TrainingSummary training) =>
        training is { ValidationImages: > 0, Chosen: { } chosen, ChooseBy: var metric and not EpochMetric.Accuracy }
            ? [("chosen by", $"{EpochChoice.InProse[(int)metric]}, {Metric(metric, chosen)}")] : [];

    private static string Metric(EpochMetric metric, EpochResult epoch) => EpochChoice.Value(epoch, metric) switch
    {
        var value when metric is EpochMetric.Loss or EpochMetric.BrierScore => Number(value, "0.0000"),
        var value => ReportNumber.Percent(value),
    };

    private static string Time(TrainingSummary training) => training.FeatureSeconds > 0
        ? $"{ReportNumber.Seconds(training.FeatureSeconds)} for features, {ReportNumber.Seconds(training.TrainingSeconds)} for the head"
        : ReportNumber.Seconds(training.TrainingSeconds);

    private static Markup Epochs(TrainingSummary training)
    {
        EpochMetric[] extra = EpochChoice.IsExtra(training.ChooseBy) ? [training.ChooseBy] : [];
        return Markup.Format(
            $"""
            <table>
            <tr><th>epoch</th><th>loss</th><th>accuracy</th><th>validation loss</th><th>validation accuracy</th>
            {extra.Select(metric => Markup.Format($"<th>{EpochChoice.InProse[(int)metric]}</th>"))}
            <th>learning rate</th><th>seconds</th></tr>
            {training.Epochs.Select(epoch => Epoch(epoch, extra))}
            </table>
            """);
    }

    private static Markup Epoch(EpochResult epoch, EpochMetric[] extra) => Markup.Format(
        $"""
        <tr><td>{epoch.Epoch}</td><td>{Number(epoch.Loss, "0.0000")}</td><td>{ReportNumber.Percent(epoch.TrainingAccuracy)}</td>
        <td>{Number(epoch.ValidationLoss, "0.0000")}</td><td>{ReportNumber.Percent(epoch.ValidationAccuracy)}</td>
        {extra.Select(metric => Markup.Format($"<td>{Metric(metric, epoch)}</td>"))}
        <td>{Number(epoch.LearningRate, "g3")}</td><td>{Number(epoch.Seconds, "0.0")}</td></tr>
        """);

    private static Markup Skipped(IReadOnlyList<SkippedImage> skipped) => skipped.Count == 0 ? default : Markup.Format(
        $"""
        <h4>{Count(skipped.Count, "image")} left out</h4>
        <table>
        {skipped.Select(image => Markup.Format($"<tr><td class=\"name\">{image.Name}</td><td class=\"name\">{image.Reason}</td></tr>"))}
        </table>
        """);

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{ReportNumber.Count(count)} {what}s";
}

/// <summary>The losses of a search for a learning rate, with the rates that they suggest.</summary>
internal static class LearningRateView
{
    internal static NotebookView View { get; } = NotebookView.Of<LearningRateCurve>(LearningRateChart.Render, Text);

    private static string Text(LearningRateCurve curve) => string.Create(
        CultureInfo.InvariantCulture,
        $"suggested learning rates: {curve.Valley:g2} (valley), {curve.Steepest:g2} (steepest), from {curve.Points.Count} steps");
}
