using TorchSharp;

namespace MLTransfer.Models.Packing;

/// <summary>An operation; a layer may take the addition of a residual along, and then an activation.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Result">The name of the result: that of the last operation in the step.</param>
/// <param name="Residual">The value that is added to the result of a layer; null for none.</param>
/// <param name="Activation">oneDNN's name of the activation; null for none.</param>
internal sealed record FusedStep(PackedOperation Operation, string Result, string? Residual = null, string? Activation = null)
{
    /// <summary>Whether the result may take the memory of the residual: nothing needs it afterwards.</summary>
    public bool OverwritesResidual { get; init; }
}

/// <summary>
/// Joins layers with what follows them, so that their results are not written to memory and read again: convolutions and linear layers with
/// an activation, or with the addition of a value of the same shape and, for convolutions, a ReLU.
/// </summary>
internal sealed class LayerFusion
{
    // Their results share the memory of their inputs.
    private static readonly string[] Views = ["Reshape", "Transpose", "Slice"];

    private readonly PackedGraph _graph;
    private readonly PackedOperation[] _operations;
    private readonly Dictionary<string, int> _producers;
    private readonly ILookup<string, int> _users;
    private readonly FusedStep?[] _steps;

    public LayerFusion(PackedGraph graph, IEnumerable<PackedOperation> operations)
    {
        _graph = graph;
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
    }

    /// <summary>The steps, in order.</summary>
    public IEnumerable<FusedStep> Steps => _steps.OfType<FusedStep>();

    private void JoinActivation(int index, string activation)
    {
        string input = _operations[index].Inputs[0];
        if (Layer(input) is not { } layer || layer.Residual is not null && (activation != "relu" || layer.Operation.Name != "Conv")) return;
        _steps[_producers[input]] = null;
        _steps[index] = layer with { Result = _operations[index].Result, Activation = activation };
    }

    private void JoinSum(int index)
    {
        PackedOperation sum = _operations[index];
        long[] shape = _graph.Shapes[sum.Result];
        if (sum.Inputs[0] == sum.Inputs[1]
            || !sum.Inputs.All(input => _graph.Shapes.TryGetValue(input, out long[]? other) && other.SequenceEqual(shape))) return;
        // The later one: the other is there by then.
        FusedStep? layer = sum.Inputs.Select(Layer).OfType<FusedStep>().Where(step => step.Residual is null)
            .MaxBy(step => _producers[step.Result]);
        if (layer is null) return;
        string residual = sum.Inputs.Single(input => input != layer.Result);
        _steps[_producers[layer.Result]] = null;
        _steps[index] = layer with
        {
            Result = sum.Result,
            Residual = residual,
            OverwritesResidual = IsFreeAfter(residual, index),
        };
    }

    /// <summary>The layer without an activation that made a value, where only one operation uses it.</summary>
    private FusedStep? Layer(string value) => _users[value].Count() == 1 && _producers.TryGetValue(value, out int index)
        && _steps[index] is { Activation: null, Operation.Name: "Conv" or BeyondOnnx.Linear } step ? step : null;

    private bool IsFreeAfter(string value, int index) =>
        _producers.TryGetValue(value, out int producer) && !Views.Contains(_operations[producer].Name)
        && _users[value].All(user => user <= index && !Views.Contains(_operations[user].Name));

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
