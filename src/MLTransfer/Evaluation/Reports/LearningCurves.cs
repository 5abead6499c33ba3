namespace MLTransfer.Evaluation.Reports;

/// <summary>Loss, accuracy and learning rate over the epochs of a training, a chart each.</summary>
internal static class LearningCurves
{
    private const string Blue = "#1f77b4";
    private const string Orange = "#d95f02";

    /// <param name="epochs">The finished epochs.</param>
    /// <param name="bestEpoch">The epoch to mark, from 1; 0 marks none.</param>
    internal static Markup Render(IReadOnlyList<EpochResult> epochs, int bestEpoch)
    {
        if (epochs.Count == 0)
            return Markup.Format($"<p>No epoch was finished.</p>");
        Curve rates = new("at the epoch's end", Blue, [.. epochs.Select(epoch => epoch.LearningRate)]);
        Axis rateAxis = Axis.ForLosses(rates.Values, LineChart.Bottom, LineChart.Top);
        return Markup.Format(
            $"""
            {LossAndAccuracy(epochs, bestEpoch)}
            {LineChart.Render("Learning rate", rateAxis, [rates], bestEpoch)}
            """);
    }

    /// <param name="epochs">The finished epochs, at least one.</param>
    /// <param name="bestEpoch">The epoch to mark, from 1; 0 marks none.</param>
    internal static Markup LossAndAccuracy(IReadOnlyList<EpochResult> epochs, int bestEpoch)
    {
        Curve[] losses = Curves(epochs, epoch => epoch.Loss, epoch => epoch.ValidationLoss);
        Curve[] accuracies = Curves(epochs, epoch => epoch.TrainingAccuracy, epoch => epoch.ValidationAccuracy);
        Axis lossAxis = Axis.ForLosses(losses.SelectMany(curve => curve.Values), LineChart.Bottom, LineChart.Top);
        Axis accuracyAxis = Axis.ForFractions(LineChart.Bottom, LineChart.Top);
        return Markup.Format(
            $"""
            {LineChart.Render("Loss", lossAxis, losses, bestEpoch)}
            {LineChart.Render("Accuracy", accuracyAxis, accuracies, bestEpoch)}
            """);
    }

    private static Curve[] Curves(
        IReadOnlyList<EpochResult> epochs, Func<EpochResult, double> training, Func<EpochResult, double> validation) =>
        [new("training", Blue, [.. epochs.Select(training)]), new("validation", Orange, [.. epochs.Select(validation)])];
}
