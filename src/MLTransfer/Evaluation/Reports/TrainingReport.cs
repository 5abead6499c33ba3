using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Evaluation.Reports;

/// <summary>A training on one page of HTML: no script, nothing loaded from elsewhere, every name encoded.</summary>
public static class TrainingReport
{
    /// <summary>Writes the page; an older one is replaced when the new one is complete.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="names">What the training is called.</param>
    /// <param name="training">How it went.</param>
    /// <param name="validation">What the model did with the validation images; <see langword="null"/> leaves out the tables by class and
    /// says so.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, ReportNames names, TrainingSummary training, ClassificationReport? validation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(training);
        var page = Encoding.UTF8.GetBytes(Page(names, training, validation).Source);
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    internal static Markup Page(ReportNames names, TrainingSummary training, ClassificationReport? validation) =>
        ReportPage.Of(Title(names, training), Markup.Of(
        $"""
        {RunTable.Of(names, training)}
        <h2>Learning curves</h2>
        {LearningCurves.Of(training)}
        <h2>Classes</h2>
        {(validation is null ? WithoutClasses(training) : ClassTables.Of(validation))}
        <h2>Skipped images</h2>
        {SkippedTable.Of(training.Skipped)}
        """));

    private static string Title(ReportNames names, TrainingSummary training)
    {
        var outcome = double.IsFinite(training.ValidationAccuracy)
            ? $"{ReportFigures.Percent(training.ValidationAccuracy)} of the validation images right"
            : "not validated";
        return $"{names.Backbone}, {names.Mode}: {outcome}";
    }

    private static Markup WithoutClasses(TrainingSummary training) => training.ValidationImages == 0
        ? Markup.Of($"<p>There were no validation images, so nothing is known of the single classes.</p>")
        : Markup.Of(
            $"""
            <p>The validation images were not scored once more behind the training, so there are no tables by class. They are made when these
            images come from a folder of their own and the run is not interrupted.</p>
            """);
}
