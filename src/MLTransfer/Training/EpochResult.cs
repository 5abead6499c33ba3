namespace MLTransfer;

/// <summary>The result of one epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean training loss.</param>
/// <param name="TrainingAccuracy">The fraction of training images classified correctly while training on them.</param>
/// <param name="ValidationLoss">The mean cross entropy on the validation images; NaN without any.</param>
/// <param name="ValidationAccuracy">Top-1 accuracy on the validation images; NaN without any.</param>
/// <param name="LearningRate">The learning rate of the last step: that of the backbone where it is trained, else that of the head.</param>
/// <param name="Seconds">Duration in seconds, validation included.</param>
public sealed record EpochResult(
    int Epoch, double Loss, double TrainingAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate, double Seconds)
{
    /// <summary>A higher accuracy is better; among equals, a lower loss; without validation, the later epoch.</summary>
    internal bool IsBetterThan(EpochResult? best) => best is null || double.IsNaN(ValidationAccuracy)
        || (ValidationAccuracy, -ValidationLoss).CompareTo((best.ValidationAccuracy, -best.ValidationLoss)) > 0;
}
