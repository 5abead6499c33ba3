using MLTransfer.Training;

namespace MLTransfer;

/// <summary>The result of one epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean training loss.</param>
/// <param name="TrainingAccuracy">The fraction of training images classified correctly while training on them.</param>
/// <param name="ValidationLoss">The mean cross entropy on the validation images; NaN without any.</param>
/// <param name="ValidationAccuracy">Top-1 accuracy on the validation images; NaN without any.</param>
/// <param name="LearningRate">The rate of the last step: that of the backbone, of its last layer group, or of the head alone.</param>
/// <param name="Seconds">Duration in seconds, validation included.</param>
public sealed record EpochResult(
    int Epoch, double Loss, double TrainingAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate, double Seconds)
{
    /// <summary>
    /// The F1 score of each class on the validation images, averaged over the classes that occur or were predicted; NaN without any.
    /// </summary>
    public double ValidationMacroF1 { get; init; } = double.NaN;

    /// <summary>
    /// The recall of each class on the validation images, averaged over the classes that occur (balanced accuracy); NaN without any.
    /// </summary>
    public double ValidationMacroAccuracy { get; init; } = double.NaN;

    /// <summary>
    /// The precision of each class on the validation images, averaged over the classes that occur or were predicted; 0 for a class that was
    /// never predicted. NaN without any.
    /// </summary>
    public double ValidationMacroPrecision { get; init; } = double.NaN;

    /// <inheritdoc cref="CalibrationMetrics.CalibrationError"/>
    /// <remarks>Of the validation images, before the finished network is calibrated; NaN without any.</remarks>
    public double ValidationCalibrationError { get; init; } = double.NaN;

    /// <inheritdoc cref="CalibrationMetrics.BrierScore"/>
    /// <remarks>Of the validation images, before the finished network is calibrated; NaN without any.</remarks>
    public double ValidationBrierScore { get; init; } = double.NaN;

    /// <summary>
    /// The average precision of each class on the validation images, averaged over the classes that occur; NaN without any, and where
    /// neither the best epoch nor a plateau depends on it: it needs the probabilities of all images together.
    /// </summary>
    public double ValidationMeanAveragePrecision { get; init; } = double.NaN;

    /// <summary>Images trained on per second, without validation; NaN for the epochs of a checkpoint that does not have it.</summary>
    public double ImagesPerSecond { get; init; } = double.NaN;

    /// <summary>The same epoch with the metrics of other validated weights.</summary>
    internal EpochResult Validated(Tally validation) => this with
    {
        ValidationLoss = validation.Loss,
        ValidationAccuracy = validation.Accuracy,
        ValidationMacroF1 = validation.Classes?.MacroF1 ?? double.NaN,
        ValidationMacroAccuracy = validation.Classes?.MacroAccuracy ?? double.NaN,
        ValidationMacroPrecision = validation.Classes?.MacroPrecision ?? double.NaN,
        ValidationCalibrationError = validation.Calibration?.CalibrationError ?? double.NaN,
        ValidationBrierScore = validation.Calibration?.BrierScore ?? double.NaN,
        ValidationMeanAveragePrecision = validation.MeanAveragePrecision ?? double.NaN,
    };
}

/// <summary>What tells a better epoch from a worse one.</summary>
public enum EpochMetric
{
    /// <summary>Top-1 accuracy; higher is better.</summary>
    Accuracy,

    /// <summary>The mean cross entropy; lower is better.</summary>
    Loss,

    /// <summary>The mean of the classes' F1 scores, in which rare classes count as much as frequent ones; higher is better.</summary>
    MacroF1,

    /// <summary>
    /// The mean of the classes' recalls, also called balanced accuracy, in which rare classes count as much as frequent ones; higher is
    /// better.
    /// </summary>
    MacroAccuracy,

    /// <summary>
    /// The mean of the classes' precisions, 0 for a class that is never predicted, in which rare classes count as much as frequent ones;
    /// higher is better.
    /// </summary>
    MacroPrecision,

    /// <summary>
    /// The mean of the classes' average precisions, which rank the images by the probability of the class; higher is better. The
    /// probabilities of all validation images are kept in memory while they are scored.
    /// </summary>
    MeanAveragePrecision,

    /// <summary>The expected calibration error of the probabilities, before the finished network is calibrated; lower is better.</summary>
    CalibrationError,

    /// <summary>The Brier score of the probabilities, before the finished network is calibrated; lower is better.</summary>
    BrierScore,
}
