namespace MLTransfer.Estimators;

/// <summary>An image's probabilities, or why there are none.</summary>
internal readonly record struct ScoredImage(string Name, float[]? Probabilities, string? Error);
