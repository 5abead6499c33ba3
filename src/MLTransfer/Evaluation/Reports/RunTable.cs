namespace MLTransfer.Evaluation.Reports;

/// <summary>The training in a few rows.</summary>
internal static class RunTable
{
    internal static Markup Of(ReportNames names, TrainingSummary training)
    {
        (string What, string Value)[] rows =
        [
            ("backbone", names.Backbone),
            ("mode", names.Mode),
            ("training images", ReportFigures.Count(training.TrainingImages)),
            ("validation images", ReportFigures.Count(training.ValidationImages)),
            ("skipped images", ReportFigures.Count(training.Skipped.Count)),
            ("classes", $"{ReportFigures.Count(names.Labels.Count)}: {string.Join(", ", names.Labels)}"),
            ("epochs", ReportFigures.Count(training.Epochs.Count) + Ending(training)),
            ("best epoch", ReportFigures.Count(training.BestEpoch)),
            ("best validation accuracy", ReportFigures.Percent(training.ValidationAccuracy)),
            ("time for features", ReportFigures.Seconds(training.FeatureSeconds)),
            ("time for training", ReportFigures.Seconds(training.TrainingSeconds)),
            ("images through the network", ReportFigures.PerSecond(training.ImagesPerSecond)),
            ("model", names.Model),
        ];
        return Markup.Of(
            $"""
            <table>
            {rows.Select(row => Markup.Of($"<tr><th class=\"name\">{row.What}</th><td class=\"name\">{row.Value}</td></tr>"))}
            </table>
            """);
    }

    private static string Ending(TrainingSummary training) => training switch
    {
        { Failure: { } failure } => $", then failed: {failure}",
        { Cancelled: true } => ", then interrupted",
        _ => "",
    };
}
