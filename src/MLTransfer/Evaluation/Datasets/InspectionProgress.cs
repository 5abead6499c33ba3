namespace MLTransfer.Evaluation;

/// <summary>How far an inspection is.</summary>
/// <param name="Done">Pictures that were looked at.</param>
/// <param name="Total">All of them.</param>
public readonly record struct InspectionProgress(int Done, int Total);
