using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Predict;

/// <summary>Predictions as a table: a picture a row, its classes from the most probable on.</summary>
internal static class PredictView
{
    internal static Table Table(IReadOnlyList<ImagePrediction> predictions, int top)
    {
        var table = TextTable.Of(top == 1 ? ["picture", "class", "probability"] : ["picture", "class", "probability", "then"]);
        foreach (var prediction in predictions)
            table.Row(Cells(prediction, top));
        return table;
    }

    private static string[] Cells(ImagePrediction prediction, int top)
    {
        string[] cells = prediction.Error is { } error
            ? [prediction.Name, error, ""]
            : [prediction.Name, prediction.Label!, Figures.Percent(prediction.Probability)];
        return top == 1 ? cells : [.. cells, prediction.Error is null ? Others(prediction, top) : ""];
    }

    private static string Others(ImagePrediction prediction, int top) =>
        string.Join(", ", prediction.Top(top).Skip(1).Select(other => $"{other.Label} {Figures.Percent(other.Probability)}"));
}
