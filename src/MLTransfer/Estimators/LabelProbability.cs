namespace MLTransfer;

/// <summary>A class and how likely it is.</summary>
/// <param name="Label">The class.</param>
/// <param name="Probability">Between 0 and 1; all classes together come to 1.</param>
public sealed record LabelProbability(string Label, float Probability);
