using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>What a weights file holds, and what it looks like.</summary>
internal sealed record Inspection(string File, WeightsSummary Summary, BackboneDetector? BackboneDetector)
{
    /// <exception cref="WeightsException">The file is no weights file, or damaged.</exception>
    internal static Inspection Of(string file) => Of(file, WeightsFile.Summarize(file));

    internal static Inspection Of(string file, WeightsSummary summary) => new(file, summary, BackboneDetector.Detect(summary.Tensors));

    /// <summary>How many numbers all tensors have.</summary>
    internal long Numbers => Summary.Tensors.Sum(tensor => tensor.Count);

    /// <summary>How many bytes they are.</summary>
    internal long NumberBytes => Summary.Tensors.Sum(tensor => tensor.ByteCount);

    /// <summary>The types of the tensors, the commonest first, with how many tensors are of each.</summary>
    internal IEnumerable<KeyValuePair<string, int>> Types =>
        Summary.Tensors.CountBy(tensor => NameOf(tensor.Type)).OrderByDescending(type => type.Value);

    internal static string NameOf(TensorType type) => type.ToString().ToLowerInvariant();
}
