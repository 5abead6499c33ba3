namespace MLTransfer;

/// <summary>The progress of a training.</summary>
/// <param name="Phase">The current phase.</param>
/// <param name="Epoch">The running epoch from 1; 0 before the first.</param>
/// <param name="Epochs">The planned number of epochs.</param>
/// <param name="Done">Images done in this phase of this epoch.</param>
/// <param name="Total">Images in this phase.</param>
/// <param name="ImagesPerSecond">The speed of this phase.</param>
/// <param name="Remaining">The estimated time left in this phase.</param>
/// <param name="Loss">The mean training loss of the running epoch; NaN before.</param>
/// <param name="TrainingAccuracy">The fraction of training images classified correctly while training on them; NaN before.</param>
/// <param name="ValidationAccuracy">Top-1 accuracy on the validation images: of those scored so far while validating, else after the last
/// finished epoch; NaN before or without any.</param>
public sealed record TrainingProgress(
    TrainingPhase Phase, int Epoch, int Epochs, long Done, long Total, double ImagesPerSecond, TimeSpan Remaining,
    double Loss, double TrainingAccuracy, double ValidationAccuracy)
{
    /// <summary>The learning rate of the last step, as <see cref="EpochResult.LearningRate"/> has it; NaN before the first.</summary>
    public double LearningRate { get; init; } = double.NaN;

    /// <summary>
    /// The estimated time until the last epoch ends, from the steps done so far; null while features are computed. Fewer epochs may be
    /// enough where <see cref="TrainingOptions.Patience"/> ends the training.
    /// </summary>
    public TimeSpan? TrainingRemaining { get; init; }

    /// <summary>The best of the finished epochs; 0 before the first is finished.</summary>
    public int BestEpoch { get; init; }

    /// <summary>What makes it the best: <see cref="TrainingOptions.ChooseBy"/>.</summary>
    public EpochMetric ChooseBy { get; init; }

    /// <summary>
    /// The trial of an <see cref="Estimators.AutoEstimator"/> that this is about, with its result in its last report; null in other
    /// trainings. The first report of a trial and its last are about no images.
    /// </summary>
    public AutoTrial? Trial { get; init; }

    /// <summary>The result of the running epoch, in its last report; null in those before.</summary>
    public EpochResult? Finished { get; init; }
}

/// <summary>The phases of a training.</summary>
public enum TrainingPhase
{
    /// <summary>The frozen backbone computes features.</summary>
    Features,

    /// <summary>The weights are trained.</summary>
    Training,

    /// <summary>The validation images are scored.</summary>
    Validation,
}
