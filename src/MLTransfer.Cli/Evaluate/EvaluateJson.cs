using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>The JSON of 'mlt evaluate'.</summary>
internal sealed record EvaluateJson(
    long Images,
    int SkippedImages,
    double MicroAccuracy,
    double MacroAccuracy,
    double LogLoss,
    IReadOnlyList<ClassJson> PerClass,
    IReadOnlyList<IReadOnlyList<long>> Confusion,
    IReadOnlyList<UnknownClass> UnknownClasses,
    double ImagesPerSecond)
{
    internal static EvaluateJson From(ModelEvaluation result) => new(
        result.Report.Images, result.Skipped.Count, result.Report.MicroAccuracy, result.Report.MacroAccuracy, result.Report.LogLoss,
        [.. result.Report.PerClass.Select(figures => new ClassJson(figures.Label, figures.Precision, figures.Recall, figures.Images))],
        result.Report.Confusion, result.Unknown, Math.Round(result.ImagesPerSecond, 2));
}

/// <summary>The metrics of a class; NaN, which is null in JSON, if undefined.</summary>
internal sealed record ClassJson(string Label, double Precision, double Recall, long Images);
