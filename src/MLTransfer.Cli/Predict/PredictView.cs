using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Predict;

/// <summary>Predictions as a table: an image a row, its classes from the most probable on. Paths, which may be long, come last.</summary>
internal static class PredictView
{
    internal static Table Table(IReadOnlyList<ImagePrediction> predictions, int top)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("class", "probability");
        if (top > 1)
            table.AddColumn("then");
        table.AddColumn("image");
        foreach (var prediction in predictions)
            table.Row([.. Classes(prediction, top), prediction.Error is { } error ? $"{prediction.Name}: {error}" : prediction.Name]);
        return table;
    }

    private static string[] Classes(ImagePrediction prediction, int top)
    {
        string[] best = prediction.Error is null ? [prediction.Label!, Figures.Percent(prediction.Probability)] : ["–", "–"];
        return top == 1 ? best : [.. best, Others(prediction, top)];
    }

    private static string Others(ImagePrediction prediction, int top) =>
        string.Join(", ", prediction.Top(top).Skip(1).Select(other => $"{other.Label} {Figures.Percent(other.Probability)}"));
}
