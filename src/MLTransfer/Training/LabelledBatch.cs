using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Inputs (N, …) and the classes (N, int64) they should be given.</summary>
internal readonly record struct LabelledBatch(Tensor Inputs, Tensor Labels);
