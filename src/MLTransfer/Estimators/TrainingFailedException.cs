namespace MLTransfer;

/// <summary>A training failed after at least one finished epoch: the best model of those epochs is not lost.</summary>
public sealed class TrainingFailedException : Exception
{
    internal TrainingFailedException(ImageClassificationTransformer model, Exception cause)
        : base(
            $"{model.Training!.Failure} The best model of the finished epochs, of epoch {model.Training.BestEpoch}, " +
            $"is in the {nameof(Model)} of this exception.", cause) => Model = model;

    /// <summary>
    /// The best model of the epochs that were finished; its <see cref="ImageClassificationTransformer.Training"/> says which. It expects
    /// the trainer's own input, and belongs to whoever catches the exception.
    /// </summary>
    public ImageClassificationTransformer Model { get; }
}
