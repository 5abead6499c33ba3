namespace MLTransfer.Evaluation;

/// <summary>What a classifier did with one class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Precision">Of the images called this class, the share that are of it, 0 to 1; <see cref="double.NaN"/> when none was
/// called so.</param>
/// <param name="Recall">Of the images of this class, the share that was called so, 0 to 1; <see cref="double.NaN"/> when there was
/// none.</param>
/// <param name="Images">How many images of this class there were.</param>
public sealed record ClassFigures(string Label, double Precision, double Recall, long Images);
