namespace MLTransfer;

/// <summary>One of the trainings that <see cref="Estimators.AutoEstimator"/> considers.</summary>
/// <param name="Recipe">The name of its recipe, of those in <c>Recipe.All</c>.</param>
/// <param name="Train">The layers that are fine-tuned; null where the backbone stays frozen, and a head is trained on its features.</param>
/// <param name="ImageSize">The side in pixels of what the network sees.</param>
public sealed record AutoTrial(string Recipe, Layers? Train, int ImageSize)
{
    /// <summary>Its place among those that were tried, from 1; 0 for one that was not.</summary>
    public int Number { get; init; }

    /// <summary>The seconds that it was expected to take; NaN for the first, which is tried in any case, and where none is known.</summary>
    public double ExpectedSeconds { get; init; } = double.NaN;

    /// <summary>The seconds that it took; NaN where it was not tried, and while it runs.</summary>
    public double Seconds { get; init; } = double.NaN;

    /// <summary>Top-1 accuracy of its best epoch on the validation images; NaN without a finished epoch.</summary>
    public double ValidationAccuracy { get; init; } = double.NaN;

    /// <summary>The same model's mean loss on the validation images, before calibration; NaN without a finished epoch.</summary>
    public double ValidationLoss { get; init; } = double.NaN;

    /// <summary>Whether its model is the result of the search.</summary>
    public bool IsKept { get; init; }

    /// <summary>Why its model is or is not the result: what it lost against, why it was not tried, how it ended.</summary>
    public string Why { get; init; } = "";

    /// <summary>What is trained: features, or fine-tuning of some layers or all.</summary>
    public string Kind => Train switch
    {
        null => "features",
        { First: null } => "fine-tuning",
        { First: var first } => $"fine-tuning from {first}",
    };

    /// <summary>What is trained, by which recipe, at which image size.</summary>
    public override string ToString() => $"{Kind}, {Recipe}, {ImageSize} px";
}
