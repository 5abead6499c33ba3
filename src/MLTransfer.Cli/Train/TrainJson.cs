using System.Text.Json.Serialization;

namespace MLTransfer.Cli.Train;

/// <summary>The document of 'mlt train --json'.</summary>
internal sealed record TrainJson(
    string Mode,
    string Backbone,
    IReadOnlyList<string> Classes,
    int TrainImages,
    int ValImages,
    int SkippedImages,
    int Epochs,
    int BestEpoch,
    double ValAccuracy,
    TrainSeconds Seconds,
    double ImagesPerSecond,
    double LoaderWaitShare,
    string Model,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Interrupted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Failure)
{
    /// <summary>What came before the training, where that was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CrossValidation? CrossValidation { get; init; }
}

/// <summary>Where the seconds of a training went.</summary>
internal sealed record TrainSeconds(double Total, double Features, double Training);
