namespace MLTransfer.Evaluation.Inspection;

/// <summary>How far an inspection is.</summary>
/// <param name="Done">Images that were looked at.</param>
/// <param name="Total">All of them.</param>
public readonly record struct InspectionProgress(int Done, int Total);
