namespace MLTransfer.Evaluation.Reports;

/// <summary>Loss and accuracy over the epochs.</summary>
internal static class LearningCurves
{
    private const string Blue = "#1f77b4";
    private const string Orange = "#d95f02";

    internal static Markup Of(TrainingSummary training)
    {
        if (training.Epochs.Count == 0)
            return Markup.Of($"<p>No epoch was finished.</p>");
        Curve[] losses =
        [
            new("training", Blue, [.. training.Epochs.Select(epoch => epoch.Loss)]),
            new("validation", Orange, [.. training.Epochs.Select(epoch => epoch.ValidationLoss)]),
        ];
        Curve[] accuracies =
        [
            new("training", Blue, [.. training.Epochs.Select(epoch => epoch.TrainingAccuracy)]),
            new("validation", Orange, [.. training.Epochs.Select(epoch => epoch.ValidationAccuracy)]),
        ];
        var up = Axis.OfLosses(losses.SelectMany(curve => curve.Values), LineChart.Bottom, LineChart.Top);
        return Markup.Of(
            $"""
            {LineChart.Of("Loss", up, losses, training.BestEpoch)}
            {LineChart.Of("Accuracy", Axis.OfShares(LineChart.Bottom, LineChart.Top), accuracies, training.BestEpoch)}
            """);
    }
}
