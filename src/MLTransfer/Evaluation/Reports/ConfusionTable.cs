namespace MLTransfer.Evaluation.Reports;

/// <summary>What is taken for what: the whole matrix while it can be read, the largest confusions beyond.</summary>
internal static class ConfusionTable
{
    internal const int MostClasses = 20;
    internal const int MostConfusions = 30;

    internal static Markup Of(ClassificationReport report) => report.Labels.Count <= MostClasses ? Matrix(report) : Largest(report);

    private static Markup Matrix(ClassificationReport report) => Markup.Of(
        $"""
        <div class="wide"><table>
        <tr><th class="name">actual ↓ predicted →</th>{report.Labels.Select(label => Markup.Of($"<th>{label}</th>"))}</tr>
        {report.Labels.Select((label, actual) => Markup.Of($"<tr><th class=\"name\">{label}</th>{Cells(report, actual)}</tr>"))}
        </table></div>
        """);

    // The shade is the share of the actual class: classes of few images are seen as well. Full blue would hide the black number.
    private static IEnumerable<Markup> Cells(ClassificationReport report, int actual)
    {
        var images = Math.Max(1, report.PerClass[actual].Images);
        return report.Confusion[actual].Select(count =>
            Markup.Of($"<td style=\"background: rgba(31, 119, 180, {0.7 * count / images:0.00})\">{ReportFigures.Count(count)}</td>"));
    }

    private static Markup Largest(ClassificationReport report)
    {
        var confusions =
            from actual in Enumerable.Range(0, report.Labels.Count)
            from predicted in Enumerable.Range(0, report.Labels.Count)
            let images = report.Confusion[actual][predicted]
            where actual != predicted && images > 0
            orderby images descending
            select Row(report.PerClass[actual], report.Labels[predicted], images);
        return Markup.Of(
            $"""
            <p>The matrix of {report.Labels.Count} classes is too large to read; these are its largest confusions.</p>
            <table>
            <tr><th class="name">actual</th><th class="name">predicted</th><th>images</th><th>of the class</th></tr>
            {confusions.Take(MostConfusions)}
            </table>
            """);
    }

    private static Markup Row(ClassFigures actual, string predicted, long images)
    {
        var share = (double)images / actual.Images;
        return Markup.Of(
            $"""
            <tr><td class="name">{actual.Label}</td><td class="name">{predicted}</td>
            <td>{ReportFigures.Count(images)}</td><td>{ReportFigures.Percent(share)}</td></tr>
            """);
    }
}
