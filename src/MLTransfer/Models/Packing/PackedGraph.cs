using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>Collects the operations of a network, and the tensors they use.</summary>
internal sealed class PackedGraph : NetworkGraph, IDisposable
{
    private readonly List<PackedOperation> _operations = [];
    private readonly Dictionary<string, Tensor> _constants = [];
    private readonly Dictionary<string, long[]> _numbers = [];
    private readonly Dictionary<string, long[]> _shapes = [];

    public IReadOnlyList<PackedOperation> Operations => _operations;

    /// <summary>The weights, in float32.</summary>
    public IReadOnlyDictionary<string, Tensor> Constants => _constants;

    /// <summary>The shapes, axes and offsets.</summary>
    public IReadOnlyDictionary<string, long[]> Numbers => _numbers;

    /// <summary>The shapes of results; the first dimension is −1 where it depends on the batch.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes => _shapes;

    public override float SmallestSquare => 1e-24f;

    public override bool Knows(string operation) =>
        operation is BeyondOnnx.Linear or BeyondOnnx.Gelu or BeyondOnnx.Silu or BeyondOnnx.Attention;

    public override string Add(string operation, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string name = $"v{_operations.Count}";
        _operations.Add(new(operation, [.. inputs], attributes.ToArray().ToDictionary(pair => pair.Name, pair => pair.Value), name, Scope));
        return name;
    }

    public override string Constant(Tensor values)
    {
        string name = $"c{_constants.Count}";
        using var scope = NewDisposeScope();
        // A module may export itself in a dispose scope of its own.
        _constants.Add(name, values.detach().to(ScalarType.Float32).contiguous().DetachFromDisposeScope());
        return name;
    }

    public override string Constant(params long[] values)
    {
        string name = $"n{_numbers.Count}";
        _numbers.Add(name, values);
        return name;
    }

    public override void Declare(string name, long[] shape) => _shapes[name] = shape;

    public void Dispose()
    {
        foreach (Tensor constant in _constants.Values) constant.Dispose();
    }
}

/// <summary>An operation, named as in ONNX or in <see cref="BeyondOnnx"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">The names of its inputs: results, constants or numbers.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Result">The name of its result.</param>
/// <param name="Scope">The layer group it belongs to.</param>
internal sealed record PackedOperation(
    string Name, string[] Inputs, IReadOnlyDictionary<string, object> Attributes, string Result, string Scope)
{
    public long[] Numbers(string attribute) => (long[])Attributes[attribute];
}
