using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>What a node does for the engine; everything else is up to its operation.</summary>
internal enum GraphNodeKind
{
    /// <summary>An operation of the <see cref="OperationSet"/>.</summary>
    Operation,

    /// <summary>A value that must be fed.</summary>
    Input,

    /// <summary>A value that may be fed; otherwise <see cref="GraphNode.Value"/>, or the node's own input where that is absent.</summary>
    InputWithDefault,

    /// <summary>A constant, <see cref="GraphNode.Value"/>.</summary>
    Constant,

    /// <summary>Passes its first input to output 1 where the second is true, otherwise to output 0; the other output is dead.</summary>
    Switch,

    /// <summary>Passes its first input that is not dead; output 1 is which it was, an int32.</summary>
    Merge,
}

/// <summary>One output of a node.</summary>
/// <param name="Node">The position of the node in <see cref="Graph.Nodes"/>; -1 for an optional input that is not given.</param>
/// <param name="Output">Which of its outputs.</param>
internal readonly record struct GraphReference(int Node, int Output)
{
    /// <summary>An optional input that is not given.</summary>
    public static GraphReference None { get; } = new(-1, 0);
}

/// <summary>A node of a graph, whatever the file's format.</summary>
internal sealed class GraphNode
{
    private static readonly IReadOnlyDictionary<string, object> NoAttributes = new Dictionary<string, object>();

    /// <summary>Its name, of which there is one in the graph.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its operation, such as "Conv2D".</summary>
    public required string Operation { get; init; }

    public GraphNodeKind Kind { get; init; } = GraphNodeKind.Operation;

    /// <summary>Where its inputs come from.</summary>
    public IReadOnlyList<GraphReference> Inputs { get; init; } = [];

    /// <summary>The nodes that must have run before; they matter only where one of them may be dead.</summary>
    public IReadOnlyList<int> Controls { get; init; } = [];

    /// <summary>
    /// Its attributes: long, double, bool, string, <see cref="GraphValue"/>, and arrays of these, and whatever else the reader of a format
    /// and its operations agree on.
    /// </summary>
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = NoAttributes;

    /// <summary>The value of a constant, or the default of an input. The graph owns its tensor.</summary>
    public GraphValue Value { get; init; }

    /// <summary>The number format of an input; null for strings and where it is not declared.</summary>
    public ScalarType? Type { get; init; }

    /// <summary>Whether an input holds byte strings.</summary>
    public bool IsText { get; init; }

    /// <summary>The shape of an input, -1 for a free size; null where any is accepted.</summary>
    public long[]? Shape { get; init; }

    /// <summary>An attribute, or a default where it is missing.</summary>
    /// <exception cref="KernelException">It is of another type.</exception>
    public T Attribute<T>(string name, T otherwise) => Attributes.TryGetValue(name, out object? value) ? As<T>(name, value) : otherwise;

    /// <summary>An attribute that must be there.</summary>
    /// <exception cref="KernelException">It is missing, or of another type.</exception>
    public T Attribute<T>(string name) => Attributes.TryGetValue(name, out object? value)
        ? As<T>(name, value)
        : throw new KernelException($"{Operation} needs the attribute '{name}', which is missing.");

    private T As<T>(string name, object value) => value is T typed
        ? typed
        : throw new KernelException(
            $"The attribute '{name}' of {Operation} is {value.GetType().Name}; it must be {typeof(T).Name}.");
}
