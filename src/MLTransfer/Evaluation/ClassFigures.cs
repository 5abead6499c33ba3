namespace MLTransfer.Evaluation;

/// <summary>What a classifier did with one class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Precision">Of the pictures called this class, the share that are of it, 0 to 1; <see cref="double.NaN"/> when none was called so.</param>
/// <param name="Recall">Of the pictures of this class, the share that was called so, 0 to 1; <see cref="double.NaN"/> when there was none.</param>
/// <param name="Pictures">How many pictures of this class there were.</param>
public sealed record ClassFigures(string Label, double Precision, double Recall, long Pictures);
