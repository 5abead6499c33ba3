namespace MLTransfer;

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
