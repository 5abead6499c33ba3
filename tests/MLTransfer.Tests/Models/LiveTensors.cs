using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>The tensors alive in the process.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// How many there are, without those that earlier tests left to the finalizers: they must not end while a test counts. Each parameter
    /// made between two counts adds one for ever: TorchSharp 0.107 still counts the tensor that it was made of, though its memory has
    /// become the parameter's.
    /// </summary>
    internal static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
