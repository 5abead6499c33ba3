namespace MLTransfer;

/// <summary>How far a training is.</summary>
/// <param name="Phase">What it is busy with.</param>
/// <param name="Epoch">The running epoch from 1; 0 before the first.</param>
/// <param name="Epochs">How many epochs there will be.</param>
/// <param name="Done">Images done in this phase of this epoch.</param>
/// <param name="Total">Images this phase has.</param>
/// <param name="ImagesPerSecond">The speed of this phase.</param>
/// <param name="Remaining">The time this phase will still take at that speed.</param>
/// <param name="Loss">The mean training loss of the running epoch, or of the last one; NaN before.</param>
/// <param name="TrainingAccuracy">The fraction of training images classified correctly while training on them; NaN before.</param>
/// <param name="ValidationAccuracy">Top-1 accuracy on the validation images: of those scored so far while validating, else after the last
/// finished epoch; NaN before or without any.</param>
public sealed record TrainingProgress(
    TrainingPhase Phase, int Epoch, int Epochs, long Done, long Total, double ImagesPerSecond, TimeSpan Remaining,
    double Loss, double TrainingAccuracy, double ValidationAccuracy);

/// <summary>What a training is busy with.</summary>
public enum TrainingPhase
{
    /// <summary>Images go through the frozen backbone.</summary>
    Features,

    /// <summary>Weights are changed.</summary>
    Training,

    /// <summary>The validation images are scored.</summary>
    Validation,
}
