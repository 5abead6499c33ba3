namespace MLTransfer.Training;

/// <summary>What a training came to; the network holds the weights of <see cref="Best"/>.</summary>
/// <param name="Epochs">The finished epochs.</param>
/// <param name="Best">The epoch whose weights were kept.</param>
/// <param name="Cancelled">Whether it was stopped before its last epoch.</param>
/// <param name="Seconds">Time spent on changing weights, validation left out.</param>
/// <param name="Images">Images trained on, over all epochs.</param>
internal sealed record TrainingHistory(IReadOnlyList<EpochResult> Epochs, EpochResult Best, bool Cancelled, double Seconds, long Images)
{
    /// <summary>What ended the training in an epoch after <see cref="Best"/>; null where nothing failed.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The epoch that failed, where one did.</summary>
    public int FailedEpoch { get; init; }
}
