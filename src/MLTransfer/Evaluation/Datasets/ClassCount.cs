namespace MLTransfer.Evaluation;

/// <summary>How many pictures of a class a data set has.</summary>
/// <param name="Label">The class.</param>
/// <param name="Pictures">All of them.</param>
/// <param name="PerSplit">By split; empty where the data set has none.</param>
public sealed record ClassCount(string Label, int Pictures, IReadOnlyDictionary<string, int> PerSplit);
