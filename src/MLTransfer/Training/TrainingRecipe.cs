namespace MLTransfer.Training;

/// <summary>How weights are trained, whatever the weights and the inputs are.</summary>
internal sealed record TrainingRecipe
{
    /// <summary>Decides the chance inside the network.</summary>
    public int Seed { get; init; }

    public required int Epochs { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>How much faster than the backbone the new head learns.</summary>
    public double HeadFactor { get; init; } = 1;

    public required OptimizerKind Optimizer { get; init; }

    public required ScheduleKind Schedule { get; init; }

    public required double WeightDecay { get; init; }

    public required double LabelSmoothing { get; init; }
}
