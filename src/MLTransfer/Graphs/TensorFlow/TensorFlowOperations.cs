namespace MLTransfer.Graphs.TensorFlow;

/// <summary>The operations of TensorFlow that are run, by their names in a GraphDef.</summary>
internal static class TensorFlowOperations
{
    /// <summary>All of them.</summary>
    public static OperationSet All { get; } = Create();

    private static OperationSet Create()
    {
        var operations = new OperationSet("TensorFlow");
        operations.AddIdentities(
            "Identity", "IdentityN", "StopGradient", "PreventGradient", "CheckNumerics", "Snapshot", "EnsureShape");
        operations.AddLeftovers(
            "SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits", "L2Loss", "InTopK", "InTopKV2", "NoOp", "Assert",
            "Print", "PrintV2", "ScalarSummary", "HistogramSummary", "ImageSummary", "MergeSummary", "SaveV2", "RestoreV2",
            "ShardedFilename", "MergeV2Checkpoints");
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
