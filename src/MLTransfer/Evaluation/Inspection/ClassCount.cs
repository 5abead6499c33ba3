namespace MLTransfer.Evaluation.Inspection;

/// <summary>How many images of a class a data set has.</summary>
/// <param name="Label">The class.</param>
/// <param name="Images">All of them.</param>
/// <param name="PerSplit">By split; empty where the data set has none.</param>
public sealed record ClassCount(string Label, int Images, IReadOnlyDictionary<string, int> PerSplit);
