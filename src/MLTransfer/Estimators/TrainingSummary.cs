using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer;

/// <summary>The result of a training.</summary>
/// <param name="TrainingImages">Images trained on.</param>
/// <param name="ValidationImages">Images by which the epochs were compared.</param>
/// <param name="Skipped">Images that could not be read, each with the reason.</param>
/// <param name="Epochs">The finished epochs.</param>
/// <param name="BestEpoch">The epoch whose weights the model holds, or the best of those in <see cref="SoupEpochs"/>.</param>
/// <param name="ValidationAccuracy">Top-1 accuracy of the model's weights, of one view of each validation image; NaN without any. The
/// weights were chosen by these same images: on others it is mostly a little lower.</param>
/// <param name="Cancelled">Whether <see cref="ImageClassificationOptions.Cancellation"/> stopped the training before its last epoch, or
/// before the best ones were averaged.</param>
/// <param name="FeatureSeconds">Seconds spent on reading images and on the frozen backbone; 0 in fine-tuning.</param>
/// <param name="TrainingSeconds">Seconds spent on training epochs: on steps and on waiting for images, without validation.</param>
/// <param name="ImagesPerSecond">In fine-tuning, images trained per second; in feature extraction, images turned into features per
/// second.</param>
public sealed record TrainingSummary(
    int TrainingImages, int ValidationImages, IReadOnlyList<SkippedImage> Skipped, IReadOnlyList<EpochResult> Epochs,
    int BestEpoch, double ValidationAccuracy, bool Cancelled, double FeatureSeconds, double TrainingSeconds, double ImagesPerSecond)
{
    /// <summary>
    /// The fraction of the time in which the network waited for training images to be read, decoded and transformed: above a few
    /// hundredths, more <see cref="ImageClassificationOptions.LoaderThreads"/> or smaller images would help. NaN where none was read,
    /// or where features of some came from a cache.
    /// </summary>
    public double LoaderWaitFraction { get; init; } = double.NaN;

    /// <summary>Images in a training step: <see cref="TrainingOptions.BatchSize"/>, or what was found for it.</summary>
    public int BatchSize { get; init; }

    /// <summary>
    /// Whether the training ended before its last epoch because <see cref="TrainingOptions.Patience"/> was at its end.
    /// </summary>
    public bool StoppedEarly { get; init; }

    /// <summary>
    /// The epochs whose weights are averaged in the model, where <see cref="TrainingOptions.SoupOf"/> asks for that: in their order, the
    /// best alone where no average was as good. Otherwise empty.
    /// </summary>
    public IReadOnlyList<int> SoupEpochs { get; init; } = [];

    /// <summary>
    /// Whether the weights of the best epoch are an average: that of <see cref="TrainingOptions.EmaDecay"/>, or of
    /// <see cref="TrainingOptions.SwaFrom"/> where the epoch is not before it.
    /// </summary>
    public bool IsAverage { get; init; }

    /// <summary>What the best epoch was chosen by: <see cref="TrainingOptions.ChooseBy"/>.</summary>
    public EpochMetric ChooseBy { get; init; }

    /// <summary>The result of the best epoch, with the validation metrics of the average where some were averaged.</summary>
    internal EpochResult? Chosen { get; init; }

    /// <summary>
    /// How the model's probabilities were calibrated on the validation images; null where they were not: with fewer than 50 of
    /// them, or where that did not lower their log-loss.
    /// </summary>
    public Calibration? Calibration { get; init; }

    /// <summary>
    /// The files held back for validation, with their classes; empty where they were no files, or where <c>Validation</c> had them.
    /// </summary>
    internal IReadOnlyList<ImageRow> HeldBack { get; init; } = [];

    /// <summary>
    /// When the model rejects images, and what that does to the validation images; null where the options do not ask for it.
    /// </summary>
    public RejectionRule? Rejection { get; init; }

    /// <summary>
    /// The trials of an <see cref="Estimators.AutoEstimator"/>: those it tried, in their order, then those it did not. Otherwise empty.
    /// </summary>
    public IReadOnlyList<AutoTrial> Trials { get; init; } = [];

    /// <summary>
    /// Top-1 accuracy of the model that an <see cref="Estimators.AutoEstimator"/> chose, on images that no choice depends on; NaN
    /// otherwise.
    /// </summary>
    public double TestAccuracy { get; init; } = double.NaN;

    /// <summary>How many images <see cref="TestAccuracy"/> is of.</summary>
    public int TestImages { get; init; }

    /// <summary>What ended the training once it had a finished epoch; null where nothing did.</summary>
    public string? Failure { get; init; }
}

/// <summary>A training failed after at least one finished epoch: the best model of those epochs is not lost.</summary>
public sealed class TrainingFailedException : Exception
{
    internal TrainingFailedException(ImageClassificationTransformer model, Exception cause)
        : base(
            $"{model.Training!.Failure} The best model of the finished epochs, of epoch {model.Training.BestEpoch}, " +
            $"is in the {nameof(Model)} of this exception.", cause) => Model = model;

    /// <summary>
    /// The best model of the finished epochs; its <see cref="ImageClassificationTransformer.Training"/> says which epoch. Its input is that
    /// of the trainer. The code that catches the exception owns it.
    /// </summary>
    public ImageClassificationTransformer Model { get; }
}
