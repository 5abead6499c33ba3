using System.Globalization;
using System.Text;
using MLTransfer.Files;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Reports;

/// <summary>A training on one HTML page: no script, nothing loaded from elsewhere, every name encoded.</summary>
public static class TrainingReport
{
    /// <summary>Writes the page; an existing file is replaced once the new one is complete.</summary>
    /// <param name="path">The file, in an existing folder.</param>
    /// <param name="names">The network, mode, classes and model file to show.</param>
    /// <param name="training">The result of the training.</param>
    /// <param name="validation">Metrics on the validation images; null leaves out the tables by class and says so.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, ReportNames names, TrainingSummary training, ClassificationReport? validation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(training);
        byte[] page = Encoding.UTF8.GetBytes(Page(names, training, validation).Source);
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    internal static Markup Page(ReportNames names, TrainingSummary training, ClassificationReport? validation) =>
        ReportPage.Render(Title(names, training), Markup.Format(
        $"""
        {ReportPage.NamedValues(Run(names, training))}
        <h2>Learning curves</h2>
        {LearningCurves.Render(training.Epochs, training.BestEpoch)}
        <h2>Classes</h2>
        {(validation is null ? WithoutClasses(training) : ClassTables.Render(validation))}
        <h2>Skipped images</h2>
        {SkippedImages(training.Skipped)}
        """));

    private static string Title(ReportNames names, TrainingSummary training)
    {
        string outcome = double.IsFinite(training.ValidationAccuracy)
            ? $"{ReportNumber.Percent(training.ValidationAccuracy)} validation accuracy"
            : "not validated";
        return $"{names.Backbone}, {names.Mode}: {outcome}";
    }

    private static IEnumerable<(string Name, string Value)> Run(ReportNames names, TrainingSummary training) =>
    [
        ("backbone", names.Backbone),
        ("mode", names.Mode),
        ("training images", ReportNumber.Count(training.TrainingImages)),
        ("validation images", ReportNumber.Count(training.ValidationImages)),
        ("skipped images", ReportNumber.Count(training.Skipped.Count)),
        ("classes", $"{ReportNumber.Count(names.Labels.Count)}: {string.Join(", ", names.Labels)}"),
        ("epochs", ReportNumber.Count(training.Epochs.Count) + training switch
        {
            { Failure: { } failure } => $", then failed: {failure}",
            { Cancelled: true } => ", then interrupted",
            { StoppedEarly: true } => ", then stopped early",
            _ => "",
        }),
        ("best epoch", ReportNumber.Count(training.BestEpoch)),
        .. training.SoupEpochs.Count > 1 ? [("averaged epochs", string.Join(", ", training.SoupEpochs))] : Array.Empty<(string, string)>(),
        ("best validation accuracy", ReportNumber.Percent(training.ValidationAccuracy)),
        .. training.Calibration is { } calibration
            ? [("temperature", calibration.Temperature.ToString("0.00", CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
        ("feature extraction time", ReportNumber.Seconds(training.FeatureSeconds)),
        ("training time", ReportNumber.Seconds(training.TrainingSeconds)),
        ("throughput", ReportNumber.Throughput(training.ImagesPerSecond)),
        ("model", names.Model),
    ];

    private static Markup WithoutClasses(TrainingSummary training) => training.ValidationImages == 0
        ? Markup.Format($"<p>There were no validation images, so there are no results by class.</p>")
        : Markup.Format(
            $"""
            <p>The validation images were not scored again after the training, so there are no results by class. To get them, validate on
            a folder of its own and let the run finish.</p>
            """);

    private static Markup SkippedImages(IReadOnlyList<SkippedImage> skipped) => skipped.Count == 0
        ? Markup.Format($"<p>None: every image could be read.</p>")
        : Markup.Format(
            $"""
            <table>
            <tr><th class="name">image</th><th class="name">reason</th></tr>
            {skipped.Select(image => Markup.Format($"<tr><td class=\"name\">{image.Name}</td><td class=\"name\">{image.Reason}</td></tr>"))}
            </table>
            """);
}

/// <summary>The names that a report shows; any text is allowed.</summary>
/// <param name="Backbone">The pretrained network.</param>
/// <param name="Mode">How it was trained, such as <c>features</c> or <c>finetune</c>.</param>
/// <param name="Labels">The classes.</param>
/// <param name="Model">Where the trained model was saved.</param>
public sealed record ReportNames(string Backbone, string Mode, IReadOnlyList<string> Labels, string Model);

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
        <h2>Calibration</h2>
        {(report.Images == 0 ? Markup.Format($"<p>No image was scored.</p>") : ReliabilityDiagram.Render(report))}
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
