using MLTransfer.Graphs.TensorFlow;

namespace MLTransfer.Graphs.Onnx;

/// <summary>The operations of ONNX that are run, by their names in a file (https://onnx.ai/onnx/operators).</summary>
internal static class OnnxOperations
{
    /// <summary>All of them.</summary>
    public static OperationSet All { get; } = Create();

    /// <summary>The version of the operation set that a node is of.</summary>
    public static long VersionOf(GraphNode node) => node.Attribute(OnnxGraphReader.VersionAttribute, long.MaxValue);

    /// <summary>An input that may be left out.</summary>
    public static GraphValue Optional(GraphValue[] inputs, int index) => index < inputs.Length ? inputs[index] : default;

    /// <summary>Integers that older versions have as an attribute and later ones as an input; null where there are none.</summary>
    public static long[]? Integers(GraphNode node, GraphValue[] inputs, int index, string attribute) =>
        Optional(inputs, index) is { IsAbsent: false } input ? input.ToIntegers()
        : node.Attributes.ContainsKey(attribute) ? node.Attribute<long[]>(attribute) : null;

    private static OperationSet Create()
    {
        var operations = new OperationSet("ONNX");
        operations.AddIdentities("Identity", "Dropout");
        OnnxElementwise.AddTo(operations);
        OnnxConvolutions.AddTo(operations);
        OnnxNorms.AddTo(operations);
        OnnxReductions.AddTo(operations);
        OnnxShapes.AddTo(operations);
        OnnxResize.AddTo(operations);
        return operations;
    }
}
