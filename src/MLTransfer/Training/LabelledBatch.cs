using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Inputs (N, …) and the classes (N, int64) they should be given.</summary>
/// <param name="Inputs">Images or features.</param>
/// <param name="Labels">Classes.</param>
/// <param name="Images">How many images of the epoch the batch settles: N, and those that could not be read.</param>
internal readonly record struct LabelledBatch(Tensor Inputs, Tensor Labels, long Images)
{
    /// <summary>
    /// What the network should answer: classes (N, int64), or the probability of each class (N, classes) where inputs are mixed.
    /// </summary>
    public Tensor Targets { get; init; } = Labels;

    /// <summary>What each of them counts for in the loss (N, single); null where all count the same.</summary>
    public Tensor? Weights { get; init; }
}
