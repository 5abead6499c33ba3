using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>What was seen in a data set.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Classes">How many images each class has.</param>
/// <param name="Sizes">The sizes of the images; null where none could be read.</param>
/// <param name="Problems">What is wrong, the gravest first.</param>
/// <param name="Seconds">How long it took to look.</param>
public sealed record DatasetFindings(
    ImageDataset Dataset, IReadOnlyList<ClassCount> Classes, SizeRange? Sizes, IReadOnlyList<DatasetProblem> Problems, double Seconds)
{
    /// <summary>How the images were decoded, so that a report shows those that could be read.</summary>
    internal DecodingOptions Decoding { get; init; } = DecodingOptions.Default;
}
