using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>What a model did with a folder.</summary>
internal sealed record EvaluateResult(ClassificationReport Report, IReadOnlyList<ImagePrediction> Skipped, double Seconds)
{
    internal double PicturesPerSecond => Report.Pictures / Seconds;
}
