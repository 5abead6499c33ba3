namespace MLTransfer.Graphs.TensorFlow;

/// <summary>The operations of TensorFlow that are run, by their names in a GraphDef.</summary>
internal static class TensorFlowOperations
{
    /// <summary>All of them.</summary>
    public static OperationSet All { get; } = Create();

    private static OperationSet Create()
    {
        var operations = new OperationSet();
        operations.AddIdentities("Identity", "IdentityN", "StopGradient", "PreventGradient", "CheckNumerics", "Snapshot", "EnsureShape");
        ElementwiseOperations.AddTo(operations);
        ConvolutionOperations.AddTo(operations);
        PoolingOperations.AddTo(operations);
        ReductionOperations.AddTo(operations);
        ArrayOperations.AddTo(operations);
        Resizing.AddTo(operations);
        QuantizationOperations.AddTo(operations);
        ImageOperations.AddTo(operations);
        return operations;
    }
}
