using MLTransfer.Files;

namespace MLTransfer.Evaluation.Reports;

/// <summary>The metrics of each class, and which class is taken for which: numbers that lead to their images.</summary>
internal static class ConfusionTable
{
    internal const int MostMatrixClasses = 20;

    // 240 thumbnails are about a megabyte.
    private const int MostConfusions = 30, MostImages = 8;

    internal static readonly Markup Style = new(
        """
        .confusion td a { color: inherit; display: block; }
        .confused { display: flex; flex-wrap: wrap; gap: .5em; margin: 0 0 1em; }
        .confused figure { margin: 0; width: 132px; font-size: 11px; line-height: 1.3; overflow-wrap: anywhere; }
        .confused img { max-width: 128px; max-height: 128px; min-height: 64px; object-fit: contain; }
        """);

    /// <summary>The images that <see cref="Render"/> shows.</summary>
    internal static IEnumerable<EvaluatedImage> Shown(ModelEvaluation evaluation) =>
        Confusions(evaluation).SelectMany(confusion => confusion.Images);

    /// <summary>A row for each class.</summary>
    internal static Markup Metrics(ClassificationReport report) => Markup.Format(
        $"""
        <table>
        <tr><th class="name">class</th><th>precision</th><th>recall</th><th>F1</th><th>average precision</th><th>images</th></tr>
        {report.PerClass.Select(MetricsRow)}
        </table>
        """);

    /// <summary>The whole matrix if it is small enough to read, and images of the largest confusions.</summary>
    internal static Markup Render(ModelEvaluation evaluation, IReadOnlyDictionary<string, string> thumbnails)
    {
        Confusion[] confusions = Confusions(evaluation);
        var shown = confusions.Where(confusion => confusion.Images.Any(image => thumbnails.ContainsKey(image.Prediction.Name))).ToArray();
        return Markup.Format(
            $"""
            {(evaluation.Report.Labels.Count <= MostMatrixClasses
                ? Matrix(evaluation.Report, [.. shown.Select(one => (one.Actual, one.Predicted))])
                : Largest(evaluation.Report, confusions))}
            {shown.Select(confusion => Images(evaluation.Report, confusion, thumbnails))}
            """);
    }

    private static Markup MetricsRow(ClassMetrics metrics) => Markup.Format(
        $"""
        <tr><td class="name">{metrics.Label}</td><td>{ReportNumber.Percent(metrics.Precision)}</td>
        <td>{ReportNumber.Percent(metrics.Recall)}</td><td>{ReportNumber.Percent(metrics.F1)}</td>
        <td>{ReportNumber.Percent(metrics.AveragePrecision)}</td><td>{ReportNumber.Count(metrics.Images)}</td></tr>
        """);

    private static Markup Matrix(ClassificationReport report, HashSet<(int Actual, int Predicted)> linked) => Markup.Format(
        $"""
        <div class="wide"><table class="confusion">
        <tr><th class="name">actual ↓ predicted →</th>{report.Labels.Select(label => Markup.Format($"<th>{label}</th>"))}</tr>
        {report.Labels.Select((label, actual) => Markup.Format(
            $"<tr><th class=\"name\">{label}</th>{Cells(report, actual, linked)}</tr>"))}
        </table></div>
        """);

    // Shaded relative to the actual class, so that small classes show as well. Opacity ends at 0.7: full blue would hide the black number.
    private static IEnumerable<Markup> Cells(ClassificationReport report, int actual, HashSet<(int Actual, int Predicted)> linked)
    {
        long images = Math.Max(1, report.PerClass[actual].Images);
        return report.Confusion[actual].Select((count, predicted) => Markup.Format(
            $"""
            <td style="background: rgba(31, 119, 180, {0.7 * count / images:0.00})">{(linked.Contains((actual, predicted))
                ? Markup.Format($"<a href=\"#{Anchor(actual, predicted)}\">{ReportNumber.Count(count)}</a>")
                : Markup.Format($"{ReportNumber.Count(count)}"))}</td>
            """));
    }

    private static Markup Largest(ClassificationReport report, Confusion[] confusions) => Markup.Format(
        $"""
        <p>The matrix of {report.Labels.Count} classes is too large to read; these are its largest confusions.</p>
        <table class="confusion">
        <tr><th class="name">actual</th><th class="name">predicted</th><th>images</th><th>of the class</th></tr>
        {confusions.Select(confusion => LargestRow(report.PerClass[confusion.Actual], report.Labels[confusion.Predicted], confusion))}
        </table>
        """);

    private static Markup LargestRow(ClassMetrics actual, string predicted, Confusion confusion) => Markup.Format(
        $"""
        <tr><td class="name">{actual.Label}</td><td class="name">{predicted}</td>
        <td><a href="#{Anchor(confusion.Actual, confusion.Predicted)}">{ReportNumber.Count(confusion.Count)}</a></td>
        <td>{ReportNumber.Percent((double)confusion.Count / actual.Images)}</td></tr>
        """);

    private static Markup Images(ClassificationReport report, Confusion confusion, IReadOnlyDictionary<string, string> thumbnails)
    {
        string images = confusion.Count == 1 ? "1 image" : $"{ReportNumber.Count(confusion.Count)} images";
        string shown = confusion.Images.Count < confusion.Count ? $", the surest {confusion.Images.Count} of them" : "";
        return Markup.Format(
            $"""
            <h3 id="{Anchor(confusion.Actual, confusion.Predicted)}">{report.Labels[confusion.Actual]} taken for
            {report.Labels[confusion.Predicted]}: {images}{shown}</h3>
            <div class="confused">
            {confusion.Images.Where(image => thumbnails.ContainsKey(image.Prediction.Name)).Select(image => Markup.Format(
                $"""
                <figure><img alt="" src="{thumbnails[image.Prediction.Name]}"/><figcaption>
                {ReportNumber.Percent(image.Prediction.Probability)} {Path.GetFileName(image.Prediction.Name)}</figcaption></figure>
                """))}
            </div>
            """);
    }

    private static string Anchor(int actual, int predicted) => $"confusion-{actual}-{predicted}";

    private static Confusion[] Confusions(ModelEvaluation evaluation)
    {
        var images = evaluation.Errors.ToLookup(image => (Spelling.ToComposed(image.Label), image.Prediction.Label!));
        var labels = evaluation.Report.Labels;
        return [.. evaluation.Report.LargestConfusions().Take(MostConfusions).Select(confusion => new Confusion(
            confusion.Actual, confusion.Predicted, confusion.Images,
            [.. images[(Spelling.ToComposed(labels[confusion.Actual]), labels[confusion.Predicted])].Take(MostImages)]))];
    }

    private sealed record Confusion(int Actual, int Predicted, long Count, IReadOnlyList<EvaluatedImage> Images);
}
