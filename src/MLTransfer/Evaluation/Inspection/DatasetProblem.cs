using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Something that is wrong with a data set.</summary>
/// <param name="Kind">What.</param>
/// <param name="Note">In words.</param>
/// <param name="Images">The images it is about; of duplicates, all that belong together; none where it is about the data set.</param>
public sealed record DatasetProblem(ProblemKind Kind, string Note, IReadOnlyList<ImageRow> Images);
