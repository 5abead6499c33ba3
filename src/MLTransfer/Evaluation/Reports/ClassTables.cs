namespace MLTransfer.Evaluation.Reports;

/// <summary>Precision and recall of each class, and the confusions: the whole matrix if it is small enough to read.</summary>
internal static class ClassTables
{
    internal const int MostMatrixClasses = 20;
    private const int MostConfusions = 30;

    internal static Markup Render(ClassificationReport report) => Markup.Format(
        $"""
        <table>
        <tr><th class="name">class</th><th>precision</th><th>recall</th><th>images</th></tr>
        {report.PerClass.Select(ClassRow)}
        </table>
        <h2>Confusion</h2>
        {(report.Labels.Count <= MostMatrixClasses ? Matrix(report) : LargestConfusions(report))}
        """);

    private static Markup ClassRow(ClassMetrics metrics) => Markup.Format(
        $"""
        <tr><td class="name">{metrics.Label}</td><td>{ReportNumber.Percent(metrics.Precision)}</td>
        <td>{ReportNumber.Percent(metrics.Recall)}</td><td>{ReportNumber.Count(metrics.Images)}</td></tr>
        """);

    private static Markup Matrix(ClassificationReport report) => Markup.Format(
        $"""
        <div class="wide"><table>
        <tr><th class="name">actual ↓ predicted →</th>{report.Labels.Select(label => Markup.Format($"<th>{label}</th>"))}</tr>
        {report.Labels.Select((label, actual) => Markup.Format($"<tr><th class=\"name\">{label}</th>{Cells(report, actual)}</tr>"))}
        </table></div>
        """);

    // Shaded relative to the actual class, so that small classes show as well. Opacity ends at 0.7: full blue would hide the black number.
    private static IEnumerable<Markup> Cells(ClassificationReport report, int actual)
    {
        long images = Math.Max(1, report.PerClass[actual].Images);
        return report.Confusion[actual].Select(count => Markup.Format(
            $"<td style=\"background: rgba(31, 119, 180, {0.7 * count / images:0.00})\">{ReportNumber.Count(count)}</td>"));
    }

    private static Markup LargestConfusions(ClassificationReport report) => Markup.Format(
        $"""
        <p>The matrix of {report.Labels.Count} classes is too large to read; these are its largest confusions.</p>
        <table>
        <tr><th class="name">actual</th><th class="name">predicted</th><th>images</th><th>of the class</th></tr>
        {report.LargestConfusions().Take(MostConfusions)
            .Select(confusion => ConfusionRow(report.PerClass[confusion.Actual], report.Labels[confusion.Predicted], confusion.Images))}
        </table>
        """);

    private static Markup ConfusionRow(ClassMetrics actual, string predicted, long images) => Markup.Format(
        $"""
        <tr><td class="name">{actual.Label}</td><td class="name">{predicted}</td>
        <td>{ReportNumber.Count(images)}</td><td>{ReportNumber.Percent((double)images / actual.Images)}</td></tr>
        """);
}
