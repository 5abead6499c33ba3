using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation;
using Spectre.Console;

namespace MLTransfer.Cli.Evaluate;

/// <summary>An evaluation in words: accuracies, classes, and what is taken for what.</summary>
internal static class EvaluateView
{
    internal static void Show(ModelEvaluation result, CommandContext context)
    {
        var (report, screen, output) = (result.Report, Screens.ForResults(context), context.Output);
        var skipped = result.Skipped.Count == 0 ? "" : $", {Figures.Count(result.Skipped.Count)} skipped";
        output.WriteLine($"{Figures.Counted(report.Images, "image", "images")}{skipped}, {Figures.Speed(result.ImagesPerSecond)}");
        if (result.Unknown.Count > 0)
        {
            var images = result.Unknown.Sum(unknown => unknown.Images);
            output.WriteLine(
                $"Not counted: {Figures.Counted(images, "image", "images")} of classes that the model does not know: "
                + $"{string.Join(", ", result.Unknown.Select(unknown => $"{unknown.Label} {Figures.Count(unknown.Images)}"))}");
        }
        screen.Write(Totals(report));
        screen.Write(Classes(report));
        screen.Write(ConfusionView.Of(report));
    }

    private static Table Totals(ClassificationReport report)
    {
        var table = TextTable.Of("of all images", "");
        table.Row("right (micro accuracy)", Figures.Percent(report.MicroAccuracy));
        table.Row("right, every class weighing the same (macro accuracy)", Figures.Percent(report.MacroAccuracy));
        table.Row("log-loss", Figures.Number(report.LogLoss));
        return table;
    }

    private static Table Classes(ClassificationReport report)
    {
        var table = TextTable.Of("class", "precision", "recall", "images");
        foreach (var figures in report.PerClass)
            table.Row(figures.Label, Figures.Percent(figures.Precision), Figures.Percent(figures.Recall), Figures.Count(figures.Images));
        return table;
    }
}
