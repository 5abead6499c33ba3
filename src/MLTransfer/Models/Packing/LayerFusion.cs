using TorchSharp;

namespace MLTransfer.Models.Packing;

/// <summary>An operation; a layer may take the addition of a residual along, and then an activation.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Result">The name of the result: that of the last operation in the step.</param>
/// <param name="Residual">The value that is added to the result of a layer; null for none.</param>
/// <param name="Activation">oneDNN's name of the activation; null for none.</param>
internal sealed record FusedStep(PackedOperation Operation, string Result, string? Residual = null, string? Activation = null)
{
    /// <summary>The constant that is added to a product with a constant, as a batch norm does; null for none.</summary>
    public string? Shift { get; init; }

    /// <summary>Whether the result may take the memory of the residual: nothing needs it afterwards.</summary>
    public bool OverwritesResidual { get; init; }

    /// <summary>Whether it has weights.</summary>
    public bool IsLayer => Operation.Name is "Conv" or BeyondOnnx.Linear;

    /// <summary>Whether the step reads a value.</summary>
    public bool Reads(string value) => Residual == value || Operation.Inputs.Contains(value);
}

/// <summary>
/// Joins operations, so that fewer results are written to memory and read again: convolutions and linear layers with an activation, or with
/// the addition of a value of the same shape and, for convolutions, a ReLU; products and sums with constants.
/// </summary>
internal sealed class LayerFusion
{
    // Their results share the memory of their inputs.
    private static readonly string[] Views = ["Reshape", "Transpose", "Slice"];

    private readonly PackedGraph _graph;
    private readonly PackedOperation[] _operations;
    private readonly string _result;
    private readonly Dictionary<string, int> _producers;
    private readonly ILookup<string, int> _users;
    private readonly FusedStep?[] _steps;

    /// <param name="graph">The graph.</param>
    /// <param name="operations">Some of its operations, in order.</param>
    /// <param name="result">The value that they are for.</param>
    public LayerFusion(PackedGraph graph, IEnumerable<PackedOperation> operations, string result)
    {
        (_graph, _result) = (graph, result);
        _operations = [.. operations];
        _producers = _operations.Index().ToDictionary(item => item.Item.Result, item => item.Index);
        _users = _operations.Index().SelectMany(item => item.Item.Inputs.Select(input => (Input: input, item.Index)))
            .ToLookup(use => use.Input, use => use.Index);
        _steps = [.. _operations.Select(operation => new FusedStep(operation, operation.Result))];
        for (int index = 0; index < _operations.Length; index++)
        {
            if (_operations[index].Name == "Add") JoinSum(index);
            else if (Activation(_operations[index]) is { } activation) JoinActivation(index, activation);
        }

        // Joined layers are computed where the last of their operations was.
        FusedStep[] joined = [.. _steps.OfType<FusedStep>()];
        Steps = [.. joined.Select((step, index) => step with { OverwritesResidual = OverwritesResidual(joined, index) })];
    }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<FusedStep> Steps { get; }

    private void JoinActivation(int index, string activation)
    {
        string input = _operations[index].Inputs[0];
        if (Step(input) is not { IsLayer: true } layer) return;
        if (layer.Residual is not null && (activation != "relu" || layer.Operation.Name != "Conv")) return;
        Replace(input, index, layer with { Activation = activation });
    }

    private void JoinSum(int index)
    {
        PackedOperation sum = _operations[index];
        if (_graph.Constants.ContainsKey(sum.Inputs[1]))
        {
            if (Step(sum.Inputs[0]) is { Operation.Name: "Mul", Shift: null } product
                && _graph.Constants.ContainsKey(product.Operation.Inputs[1]))
                Replace(sum.Inputs[0], index, product with { Shift = sum.Inputs[1] });
            return;
        }

        long[] shape = _graph.Shapes[sum.Result];
        if (sum.Inputs[0] == sum.Inputs[1]
            || !sum.Inputs.All(input => _graph.Shapes.TryGetValue(input, out long[]? other) && other.SequenceEqual(shape))) return;
        // The later one: the other is there by then.
        FusedStep? layer = sum.Inputs.Select(Step).OfType<FusedStep>().Where(step => step is { IsLayer: true, Residual: null })
            .MaxBy(step => _producers[step.Result]);
        if (layer is null) return;
        Replace(layer.Result, index, layer with { Residual = sum.Inputs.Single(input => input != layer.Result) });
    }

    private void Replace(string value, int index, FusedStep step)
    {
        _steps[_producers[value]] = null;
        _steps[index] = step with { Result = _operations[index].Result };
    }

    /// <summary>The step without an activation that made a value, where one operation alone uses it.</summary>
    private FusedStep? Step(string value) =>
        value != _result && _users[value].Count() == 1 && _producers.TryGetValue(value, out int index)
        && _steps[index] is { Activation: null } step ? step : null;

    private bool OverwritesResidual(FusedStep[] steps, int index)
    {
        FusedStep step = steps[index];
        return step.Residual is { } residual && step.Operation.Name == "Conv" && residual != _result
            && !step.Operation.Inputs.Contains(residual)
            && steps.Take(index).Any(other => other.Result == residual && !Views.Contains(other.Operation.Name))
            && !steps.Take(index).Any(other => Views.Contains(other.Operation.Name) && other.Reads(residual))
            && !steps.Skip(index + 1).Any(other => other.Reads(residual));
    }

    private string? Activation(PackedOperation operation) => operation.Name switch
    {
        "Relu" => "relu",
        "Clip" when Number(operation.Inputs[1]) == 0 && Number(operation.Inputs[2]) == 6 => "hardtanh",
        "Sigmoid" => "sigmoid",
        "HardSigmoid" => "hardsigmoid",
        "HardSwish" => "hardswish",
        "Tanh" => "tanh",
        BeyondOnnx.Silu => "swish",
        BeyondOnnx.Gelu => "gelu",
        _ => null,
    };

    private float Number(string constant) => _graph.Constants[constant].item<float>();
}
