using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation;
using Spectre.Console;

namespace MLTransfer.Cli.Evaluate;

/// <summary>Shows an evaluation on a terminal: accuracies, metrics by class, and the confusion matrix.</summary>
internal static class EvaluateView
{
    private const int MostMatrixClasses = 10;
    private const int MostConfusions = 15;

    internal static void Show(ModelEvaluation result, CommandContext context)
    {
        var (report, screen, output) = (result.Report, Screens.ForResults(context), context.Output);
        var skipped = result.Skipped.Count == 0 ? "" : $", {Figures.Count(result.Skipped.Count)} skipped";
        var views = result.Augmentation is { Views: > 1 } several ? $", {several.Views} views of each ({several})" : "";
        output.WriteLine($"{Figures.Counted(report.Images, "image", "images")}{skipped}{views}, {Figures.Speed(result.ImagesPerSecond)}");
        if (result.Unknown.Count > 0)
        {
            var images = result.Unknown.Sum(unknown => unknown.Images);
            output.WriteLine(
                $"Not scored: {Figures.Counted(images, "image", "images")} of classes that the model does not know: "
                + $"{string.Join(", ", result.Unknown.Select(unknown => $"{unknown.Label} {Figures.Count(unknown.Images)}"))}");
        }
        if (result.Rejection is { } rule)
        {
            output.WriteLine(
                $"Rejected ({rule.Asked}): {Figures.Counted(result.Rejected, "image", "images")}; "
                + $"{Figures.Percent(result.AcceptedAccuracy)} of the others are right.");
        }
        screen.Write(Totals(report));
        screen.Write(Classes(report));
        screen.Write(report.Labels.Count <= MostMatrixClasses ? ConfusionMatrix(report) : LargestConfusions(report));
    }

    private static Table Totals(ClassificationReport report)
    {
        var table = TextTable.Create("all images", "");
        table.Row("accuracy (micro)", Figures.Percent(report.MicroAccuracy));
        table.Row("accuracy, mean over classes (macro)", Figures.Percent(report.MacroAccuracy));
        table.Row("log-loss", Figures.Number(report.LogLoss));
        table.Row("Brier score", Figures.Number(report.Calibration.BrierScore));
        table.Row("expected calibration error", Figures.Percent(report.Calibration.CalibrationError));
        return table;
    }

    private static Table Classes(ClassificationReport report)
    {
        var table = TextTable.Create("class", "precision", "recall", "images");
        foreach (var figures in report.PerClass)
            table.Row(figures.Label, Figures.Percent(figures.Precision), Figures.Percent(figures.Recall), Figures.Count(figures.Images));
        return table;
    }

    private static Table ConfusionMatrix(ClassificationReport report)
    {
        var table = TextTable.Create(["actual ↓  predicted →", .. report.Labels]);
        for (var actual = 0; actual < report.Labels.Count; actual++)
            table.Row([report.Labels[actual], .. report.Confusion[actual].Select(count => count == 0 ? "·" : Figures.Count(count))]);
        return table;
    }

    private static Table LargestConfusions(ClassificationReport report)
    {
        var table = TextTable.Create("largest confusions: actual", "predicted", "images", "of its class");
        foreach (var (actual, predicted, images) in report.LargestConfusions().Take(MostConfusions))
        {
            var fraction = (double)images / report.PerClass[actual].Images;
            table.Row(report.Labels[actual], report.Labels[predicted], Figures.Count(images), Figures.Percent(fraction));
        }
        return table;
    }
}
