using System.Globalization;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>Metrics of a classifier and its confusion matrix, as a heat map while that is small enough to read.</summary>
internal static class ConfusionView
{
    private const int MostMatrixClasses = 20;
    private const int MostConfusions = 20;

    internal static NotebookView OfMetrics { get; } = NotebookView.Of<MulticlassClassificationMetrics>(
        metrics => Html(Facts(metrics), ClassCounts.Of(metrics.ConfusionMatrix)),
        metrics => Text(Facts(metrics)));

    internal static NotebookView OfMatrix { get; } = NotebookView.Of<ConfusionMatrix>(
        matrix => Html([], ClassCounts.Of(matrix)),
        matrix => matrix.GetFormattedConfusionTable());

    internal static NotebookView OfReport { get; } = NotebookView.Of<ClassificationReport>(
        report => Html(Facts(report), new(report.Labels, report.Confusion)),
        report => Text(Facts(report)));

    private static IEnumerable<(string Name, string Value)> Facts(MulticlassClassificationMetrics metrics) =>
    [
        ("accuracy", ReportNumber.Percent(metrics.MicroAccuracy)),
        ("mean recall of the classes", ReportNumber.Percent(metrics.MacroAccuracy)),
        ("log-loss", Number(metrics.LogLoss)),
        .. metrics.TopKPredictionCount > 0
            ? [($"in the first {metrics.TopKPredictionCount}", ReportNumber.Percent(metrics.TopKAccuracy))]
            : Array.Empty<(string, string)>(),
    ];

    private static IEnumerable<(string Name, string Value)> Facts(ClassificationReport report) =>
    [
        ("images", ReportNumber.Count(report.Images)),
        ("accuracy", ReportNumber.Percent(report.MicroAccuracy)),
        ("mean recall of the classes", ReportNumber.Percent(report.MacroAccuracy)),
        ("log-loss", Number(report.LogLoss)),
    ];

    private static string Text(IEnumerable<(string Name, string Value)> facts) =>
        string.Join(", ", facts.Select(fact => $"{fact.Name} {fact.Value}"));

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    private static Markup Html(IEnumerable<(string Name, string Value)> facts, ClassCounts counts) => Markup.Format(
        $"""
        {(facts.Any() ? ReportPage.NamedValues(facts) : default)}
        {(counts.Labels.Count <= MostMatrixClasses ? Matrix(counts) : LargestConfusions(counts))}
        """);

    private static Markup Matrix(ClassCounts counts) => Markup.Format(
        $"""
        <div class="wide"><table>
        <tr><th class="name">actual ↓ predicted →</th>
        {counts.Labels.Select(label => Markup.Format($"<th>{label}</th>"))}<th>recall</th></tr>
        {counts.Labels.Select((_, actual) => Row(counts, actual))}
        </table></div>
        """);

    private static Markup Row(ClassCounts counts, int actual) => Markup.Format(
        $"""
        <tr><th class="name">{counts.Labels[actual]}</th>
        {counts.Labels.Select((_, predicted) => Cell(counts, actual, predicted))}
        <td>{ReportNumber.Percent(counts.Share(actual, actual))}</td></tr>
        """);

    // By the share of the actual class, so that small classes show as well: right ones blue, wrong ones orange. The number has to stay
    // readable on light and dark pages, so no cell is quite full.
    private static Markup Cell(ClassCounts counts, int actual, int predicted)
    {
        double share = counts.Share(actual, predicted);
        string color = actual == predicted ? "#1f77b4" : "#d95f02", images = ReportNumber.Count(counts.Images[actual][predicted]);
        int percent = double.IsFinite(share) ? (int)Math.Round(70 * Math.Sqrt(share)) : 0;
        return Markup.Format($"<td style=\"background: color-mix(in srgb, {color} {percent}%, transparent)\">{images}</td>");
    }

    private static Markup LargestConfusions(ClassCounts counts) => Markup.Format(
        $"""
        <p>The matrix of {counts.Labels.Count} classes is too large to read; these are its largest confusions.</p>
        <table>
        <tr><th class="name">actual</th><th class="name">predicted</th><th>images</th><th>of the class</th></tr>
        {counts.Confusions().Take(MostConfusions).Select(pair => Confusion(counts, pair.Actual, pair.Predicted))}
        </table>
        """);

    private static Markup Confusion(ClassCounts counts, int actual, int predicted) => Markup.Format(
        $"""
        <tr><td class="name">{counts.Labels[actual]}</td><td class="name">{counts.Labels[predicted]}</td>
        <td>{ReportNumber.Count(counts.Images[actual][predicted])}</td><td>{ReportNumber.Percent(counts.Share(actual, predicted))}</td></tr>
        """);

    /// <summary>How many images of each class were predicted as each class.</summary>
    /// <param name="Labels">The classes.</param>
    /// <param name="Images">By [actual class][predicted class].</param>
    private sealed record ClassCounts(IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<long>> Images)
    {
        internal static ClassCounts Of(ConfusionMatrix matrix) => new(
            MLNetInternals.ClassNames(matrix), [.. matrix.Counts.Select(row => row.Select(count => (long)count).ToArray())]);

        /// <summary>The part of an actual class that was predicted as another; NaN for a class without images.</summary>
        internal double Share(int actual, int predicted) => (double)Images[actual][predicted] / Images[actual].Sum();

        internal IEnumerable<(int Actual, int Predicted)> Confusions() =>
            from actual in Enumerable.Range(0, Labels.Count)
            from predicted in Enumerable.Range(0, Labels.Count)
            where actual != predicted && Images[actual][predicted] > 0
            orderby Images[actual][predicted] descending
            select (actual, predicted);
    }
}
