using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that compute each element from the elements in the same place.</summary>
internal static class ElementwiseOperations
{
    public static void AddTo(OperationSet operations)
    {
        operations
            .Add("Relu", 1, inputs => inputs[0].relu())
            .Add("Add", 2, inputs => inputs[0] + inputs[1]);
    }
}
