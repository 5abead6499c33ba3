namespace MLTransfer.Estimators;

/// <summary>A picture's probabilities, or why there are none.</summary>
internal readonly record struct ScoredPicture(string Name, float[]? Probabilities, string? Error);
