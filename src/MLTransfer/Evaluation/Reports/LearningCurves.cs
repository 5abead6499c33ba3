using MLTransfer.Training;

namespace MLTransfer.Evaluation.Reports;

/// <summary>
/// Loss, accuracy, the metric that chose the best epoch where it is another, and learning rate over the epochs of a training, a chart each.
/// </summary>
internal static class LearningCurves
{
    private const string Blue = "#1f77b4";
    private const string Orange = "#d95f02";

    /// <param name="epochs">The finished epochs.</param>
    /// <param name="bestEpoch">The epoch to mark, from 1; 0 marks none.</param>
    /// <param name="chooseBy">What makes it the best.</param>
    internal static Markup Render(IReadOnlyList<EpochResult> epochs, int bestEpoch, EpochMetric chooseBy)
    {
        if (epochs.Count == 0)
            return Markup.Format($"<p>No epoch was finished.</p>");
        Curve rates = new("at the epoch's end", Blue, [.. epochs.Select(epoch => epoch.LearningRate)]);
        Axis rateAxis = Axis.ForLosses(rates.Values, LineChart.Bottom, LineChart.Top);
        return Markup.Format(
            $"""
            {Results(epochs, bestEpoch, chooseBy)}
            {LineChart.Render("Learning rate", rateAxis, [rates], bestEpoch)}
            """);
    }

    /// <param name="epochs">The finished epochs, at least one.</param>
    /// <param name="bestEpoch">The epoch to mark, from 1; 0 marks none.</param>
    /// <param name="chooseBy">What makes it the best.</param>
    internal static Markup Results(IReadOnlyList<EpochResult> epochs, int bestEpoch, EpochMetric chooseBy)
    {
        Curve[] losses = Curves(epochs, epoch => epoch.Loss, epoch => epoch.ValidationLoss);
        Curve[] accuracies = Curves(epochs, epoch => epoch.TrainingAccuracy, epoch => epoch.ValidationAccuracy);
        Axis lossAxis = Axis.ForLosses(losses.SelectMany(curve => curve.Values), LineChart.Bottom, LineChart.Top);
        Axis accuracyAxis = Axis.ForFractions(LineChart.Bottom, LineChart.Top);
        return Markup.Format(
            $"""
            {LineChart.Render("Loss", lossAxis, losses, bestEpoch)}
            {LineChart.Render("Accuracy", accuracyAxis, accuracies, bestEpoch)}
            {Chosen(epochs, bestEpoch, chooseBy)}
            """);
    }

    // Without validation images there is no value of it.
    private static Markup Chosen(IReadOnlyList<EpochResult> epochs, int bestEpoch, EpochMetric metric)
    {
        Curve values = new("validation", Orange, [.. epochs.Select(epoch => EpochChoice.Value(epoch, metric))]);
        if (!EpochChoice.IsExtra(metric) || values.IsEmpty) return default;
        Axis axis = metric is EpochMetric.CalibrationError or EpochMetric.BrierScore
            ? Axis.ForLosses(values.Values, LineChart.Bottom, LineChart.Top) : Axis.ForFractions(LineChart.Bottom, LineChart.Top);
        string name = EpochChoice.InProse[(int)metric];
        return LineChart.Render($"{char.ToUpperInvariant(name[0])}{name[1..]}", axis, [values], bestEpoch);
    }

    private static Curve[] Curves(
        IReadOnlyList<EpochResult> epochs, Func<EpochResult, double> training, Func<EpochResult, double> validation) =>
        [new("training", Blue, [.. epochs.Select(training)]), new("validation", Orange, [.. epochs.Select(validation)])];
}
