using System.Globalization;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>The losses of a search for a learning rate, with the rates that they suggest.</summary>
internal static class LearningRateView
{
    internal static NotebookView View { get; } = NotebookView.Of<LearningRateCurve>(LearningRateChart.Render, Text);

    private static string Text(LearningRateCurve curve) => string.Create(
        CultureInfo.InvariantCulture,
        $"suggested learning rates: {curve.Valley:g2} (valley), {curve.Steepest:g2} (steepest), from {curve.Points.Count} steps");
}
