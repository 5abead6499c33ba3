namespace MLTransfer;

/// <summary>Training the backbone on, all of it or its upper layers, together with a new head.</summary>
public sealed record FineTuningOptions : ImageClassificationOptions
{
    /// <summary>Creates the options with their defaults: SGD with a learning rate of 1e-3 for the backbone.</summary>
    public FineTuningOptions()
    {
        LearningRate = 1e-3;
        Optimizer = OptimizerKind.Sgd;
    }

    /// <summary>The layers that learn besides the head. Default: all.</summary>
    public Layers Train { get; init; } = Layers.All;

    /// <summary>How much faster than the backbone the new head learns. Default: 10; 1 where the backbone starts from random weights.</summary>
    public double HeadFactor { get; init; } = 10;

    /// <summary>Whether training pictures are cropped and flipped at random. Default: true.</summary>
    public bool Augment { get; init; } = true;

    internal FineTuningOptions Checked() =>
        Check.All(this, [.. Complaints(), Check.Positive(HeadFactor), Train is null ? "Train is null; use Layers.All or Layers.From." : null]);
}
