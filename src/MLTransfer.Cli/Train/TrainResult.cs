namespace MLTransfer.Cli.Train;

/// <summary>What a training came to.</summary>
internal sealed record TrainResult(TrainArguments Arguments, IReadOnlyList<string> Labels, TrainingSummary Summary, double Seconds)
{
    /// <summary>What is worth knowing and did not stop the training: a line each.</summary>
    internal IReadOnlyList<string> Notes { get; init; } = [];

    internal string Model => Arguments.Out.Path;

    internal TrainJson ToJson() => new(
        Arguments.Mode, Arguments.Backbone, Labels, Summary.TrainingImages, Summary.ValidationImages, Summary.Skipped.Count,
        Summary.Epochs.Count, Summary.BestEpoch, Summary.ValidationAccuracy,
        new TrainSeconds(Math.Round(Seconds, 3), Math.Round(Summary.FeatureSeconds, 3), Math.Round(Summary.TrainingSeconds, 3)),
        Math.Round(Summary.ImagesPerSecond, 2), Math.Round(Summary.LoaderWaitShare, 4), Model,
        Summary is { Cancelled: true, Failure: null } ? true : null, Summary.Failure);
}
