using System.Text.Json.Serialization;

namespace MLTransfer.Cli.Predict;

/// <summary>One image of 'mlt predict --json'.</summary>
internal sealed record PredictionJson(
    string File,
    string? Label,
    float? Probability,
    IReadOnlyList<LabelProbability> Top,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    internal static PredictionJson Of(ImagePrediction prediction, int top) => prediction.Error is null
        ? new(prediction.Name, prediction.Label, prediction.Probability, prediction.Top(top), null)
        : new(prediction.Name, null, null, [], prediction.Error);
}
