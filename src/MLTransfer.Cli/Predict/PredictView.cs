using System.Text.Json.Serialization;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Predict;

/// <summary>Predictions as a table, one row per image, the most probable class first. Paths come last because they may be long.</summary>
internal static class PredictView
{
    internal static Table Table(IReadOnlyList<ImagePrediction> predictions, int top)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("class", "probability");
        if (top > 1)
            table.AddColumn("next");
        table.AddColumn("image");
        foreach (var prediction in predictions)
            table.Row([.. ClassCells(prediction, top), Name(prediction)]);
        return table;
    }

    private static string Name(ImagePrediction prediction) => prediction switch
    {
        { Error: { } error } => $"{prediction.Name}: {error}",
        { RejectionReason: { } reason } => $"{prediction.Name}: rejected, {reason}",
        _ => prediction.Name,
    };

    private static string[] ClassCells(ImagePrediction prediction, int top)
    {
        string[] best = prediction.Error is null ? [prediction.Label!, Figures.Percent(prediction.Probability)] : ["–", "–"];
        return top == 1 ? best : [.. best, Others(prediction, top)];
    }

    private static string Others(ImagePrediction prediction, int top) =>
        string.Join(", ", prediction.Top(top).Skip(1).Select(other => $"{other.Label} {Figures.Percent(other.Probability)}"));
}

/// <summary>An image in the JSON of 'mlt predict'.</summary>
internal sealed record PredictionJson(
    string File,
    string? Label,
    float? Probability,
    IReadOnlyList<LabelProbability> Top,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rejected = null)
{
    internal static PredictionJson From(ImagePrediction prediction, int top) => prediction.Error is null
        ? new(prediction.Name, prediction.Label, prediction.Probability, prediction.Top(top), null, prediction.RejectionReason)
        : new(prediction.Name, null, null, [], prediction.Error);
}
