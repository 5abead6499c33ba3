using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation;
using Spectre.Console;

namespace MLTransfer.Cli.Evaluate;

/// <summary>What is taken for what: the whole matrix while it can be read, the largest confusions beyond.</summary>
internal static class ConfusionView
{
    private const int MostClasses = 10;
    private const int MostConfusions = 15;

    internal static Table Of(ClassificationReport report) => report.Labels.Count <= MostClasses ? Matrix(report) : Largest(report);

    private static Table Matrix(ClassificationReport report)
    {
        var table = TextTable.Of(["actual ↓  predicted →", .. report.Labels]);
        for (var actual = 0; actual < report.Labels.Count; actual++)
            table.Row([report.Labels[actual], .. report.Confusion[actual].Select(count => count == 0 ? "·" : Figures.Count(count))]);
        return table;
    }

    private static Table Largest(ClassificationReport report)
    {
        var table = TextTable.Of("largest confusions: actual", "predicted", "images", "of the class");
        var confusions =
            from actual in Enumerable.Range(0, report.Labels.Count)
            from predicted in Enumerable.Range(0, report.Labels.Count)
            let images = report.Confusion[actual][predicted]
            where actual != predicted && images > 0
            orderby images descending
            select (actual, predicted, images);
        foreach (var (actual, predicted, images) in confusions.Take(MostConfusions))
        {
            var share = (double)images / report.PerClass[actual].Images;
            table.Row(report.Labels[actual], report.Labels[predicted], Figures.Count(images), Figures.Percent(share));
        }
        return table;
    }
}
