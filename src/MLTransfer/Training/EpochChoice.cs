namespace MLTransfer.Training;

/// <summary>Which epoch is the best, and when no better one is expected: pure functions of the finished epochs.</summary>
internal static class EpochChoice
{
    /// <summary>A gain that a plateau takes for one, relative to the best value: the default of PyTorch.</summary>
    private const double PlateauThreshold = 1e-4;

    /// <summary>The words for the metrics, in their order.</summary>
    public static readonly string[] Names =
        ["accuracy", "loss", "macro-f1", "macro-accuracy", "macro-precision", "map", "ece", "brier"];

    /// <summary>The names of the metrics in prose, in their order.</summary>
    public static readonly string[] InProse =
    [
        "accuracy", "loss", "macro F1", "macro accuracy", "macro precision", "mean average precision", "expected calibration error",
        "Brier score",
    ];

    /// <summary>
    /// Whether an epoch is better than the best one before: by the metric, among equals by the loss (of the same loss, by the
    /// accuracy); without validation, the later epoch.
    /// </summary>
    public static bool IsBetter(EpochResult epoch, EpochResult best, EpochMetric metric) =>
        double.IsNaN(epoch.ValidationAccuracy)
        || Ranked(epoch, metric).CompareTo(Ranked(best, metric)) > 0;

    /// <summary>Whether so many epochs in a row brought no more than the least gain over the best one before them.</summary>
    /// <param name="epochs">The finished epochs.</param>
    /// <param name="metric">What should gain.</param>
    /// <param name="patience">The epochs that are waited for; 0: for ever.</param>
    /// <param name="leastGain">A gain must be greater.</param>
    public static bool HasStalled(IReadOnlyList<EpochResult> epochs, EpochMetric metric, int patience, double leastGain)
    {
        double best = double.NegativeInfinity;
        int waited = 0;
        foreach (EpochResult epoch in epochs)
        {
            double value = Quality(epoch, metric);
            bool gains = value > best + leastGain;
            (best, waited) = gains ? (value, 0) : (best, waited + 1);
        }

        return patience > 0 && waited >= patience;
    }

    /// <summary>How often more epochs than the patience brought no gain, as PyTorch's <c>ReduceLROnPlateau</c> counts them.</summary>
    public static int Plateaus(IReadOnlyList<EpochResult> epochs, EpochMetric metric, int patience)
    {
        double best = double.NegativeInfinity;
        int waited = 0, plateaus = 0;
        foreach (EpochResult epoch in epochs)
        {
            double value = Quality(epoch, metric);
            bool gains = double.IsInfinity(best) || value > best + Math.Abs(best) * PlateauThreshold;
            (best, waited) = gains ? (value, 0) : (best, waited + 1);
            if (waited <= patience) continue;
            plateaus++;
            waited = 0;
        }

        return plateaus;
    }

    private static (double First, double Second) Ranked(EpochResult epoch, EpochMetric metric) =>
        (Quality(epoch, metric), metric == EpochMetric.Loss ? epoch.ValidationAccuracy : -epoch.ValidationLoss);

    /// <summary>
    /// The metric on the validation images, or else the accuracy or the loss of the training images; negative where lower is better.
    /// </summary>
    public static double Quality(EpochResult epoch, EpochMetric metric) => double.IsNaN(epoch.ValidationAccuracy)
        ? metric == EpochMetric.Accuracy ? epoch.TrainingAccuracy : -epoch.Loss
        : IsBestLow(metric) ? -Value(epoch, metric) : Value(epoch, metric);

    /// <summary>The metric on the validation images.</summary>
    public static double Value(EpochResult epoch, EpochMetric metric) => metric switch
    {
        EpochMetric.Accuracy => epoch.ValidationAccuracy,
        EpochMetric.MacroF1 => epoch.ValidationMacroF1,
        EpochMetric.MacroAccuracy => epoch.ValidationMacroAccuracy,
        EpochMetric.MacroPrecision => epoch.ValidationMacroPrecision,
        EpochMetric.MeanAveragePrecision => epoch.ValidationMeanAveragePrecision,
        EpochMetric.CalibrationError => epoch.ValidationCalibrationError,
        EpochMetric.BrierScore => epoch.ValidationBrierScore,
        _ => epoch.ValidationLoss,
    };

    /// <summary>Whether the metric depends on the predicted classes alone: it cannot be better where all are right.</summary>
    public static bool CountsRightOnly(EpochMetric metric) =>
        metric is EpochMetric.Accuracy or EpochMetric.MacroF1 or EpochMetric.MacroAccuracy or EpochMetric.MacroPrecision;

    /// <summary>Whether a metric is shown only where it chooses the epoch; accuracy and loss are shown in any case.</summary>
    public static bool IsExtra(EpochMetric metric) => metric is not (EpochMetric.Accuracy or EpochMetric.Loss);

    private static bool IsBestLow(EpochMetric metric) =>
        metric is EpochMetric.Loss or EpochMetric.CalibrationError or EpochMetric.BrierScore;
}
