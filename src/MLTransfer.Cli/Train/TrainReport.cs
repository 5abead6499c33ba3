using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Train;

/// <summary>The page of 'mlt train --report'.</summary>
internal static class TrainReport
{
    internal const string FileName = "report.html";

    /// <summary>Writes it where it was asked for.</summary>
    internal static void Write(TrainResult result, ImageClassificationTransformer classifier, CancellationToken cancel)
    {
        if (result.Arguments.Report is not { } file)
            return;
        var names = new ReportNames(result.Arguments.Backbone, result.Arguments.Mode, result.Labels, result.Model);
        TrainingReport.Write(file.Path, names, result.Summary, Validate(result, classifier, cancel));
    }

    // Whoever has interrupted the run does not wait for the validation images to be scored once more; the rest of the page is worth having.
    private static ClassificationReport? Validate(TrainResult result, ImageClassificationTransformer classifier, CancellationToken cancel)
    {
        if (result.Arguments.Images.Validation is not { } images)
            return null;
        try
        {
            return ModelEvaluation.Of(classifier, images, cancel).Report;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
