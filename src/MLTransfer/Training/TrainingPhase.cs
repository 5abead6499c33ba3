namespace MLTransfer;

/// <summary>What a training is busy with.</summary>
public enum TrainingPhase
{
    /// <summary>Pictures go through the frozen backbone.</summary>
    Features,

    /// <summary>Weights are changed.</summary>
    Training,

    /// <summary>The validation pictures are scored.</summary>
    Validation,
}
