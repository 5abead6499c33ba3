namespace MLTransfer.Training;

/// <summary>An epoch is finished, and the training that it came to cannot be kept.</summary>
internal sealed class CheckpointException(int epoch, Exception cause)
    : IOException($"The checkpoint of epoch {epoch} could not be written: {cause.Message}", cause);
