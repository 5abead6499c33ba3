using System.Collections.Concurrent;
using MLTransfer.Errors;
using MLTransfer.Native;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>An input of a graph.</summary>
/// <param name="Name">The name to feed.</param>
/// <param name="Type">Its number format; null where it is not declared, or <paramref name="IsText"/>.</param>
/// <param name="IsText">Whether it takes byte strings, such as an encoded image.</param>
/// <param name="Shape">Its shape, -1 for a free size; null where any is accepted.</param>
/// <param name="HasDefault">Whether it need not be fed.</param>
internal sealed record GraphInput(string Name, ScalarType? Type, bool IsText, IReadOnlyList<long>? Shape, bool HasDefault)
{
    /// <summary>Such as "float32 [?, 224, 224, 3]".</summary>
    public string Description => $"{(IsText ? "string" : Type is { } type ? GraphTypes.Name(type) : "any type")} {Shapes.Text(Shape)}";
}

/// <summary>
/// A graph of operations, loaded from a file and ready to run on libtorch. What a run needs is planned once for each set of fed and fetched
/// names, and several threads may run it at once.
/// </summary>
internal sealed class GraphNetwork : IDisposable
{
    private const int MostPlans = 32;

    private readonly Graph _graph;
    private readonly OperationSet _operations;
    private readonly GraphValue[] _constants;
    private readonly bool _optimize;
    private readonly ConcurrentDictionary<string, Lazy<GraphPlan>> _plans = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<string>> _outputs;

    /// <param name="graph">The graph; its tensors belong to the network from now on.</param>
    /// <param name="operations">The operations of its format.</param>
    /// <param name="device">Where to compute; null: the processor.</param>
    /// <param name="optimize">Whether nodes are joined into faster ones where nothing is lost; tests compare with and without.</param>
    public GraphNetwork(Graph graph, OperationSet operations, Device? device = null, bool optimize = true)
    {
        (_graph, _operations, _optimize) = (graph, operations, optimize);
        Device = device ?? CPU;
        _constants = [.. graph.Nodes.Select(node => Place(node.Value))];
        // The network outlives the dispose scope that it is loaded in.
        foreach (Tensor tensor in Owned()) tensor.DetachFromDisposeScope();
        Inputs = [.. graph.Nodes.Where(node => node.Kind is GraphNodeKind.Input or GraphNodeKind.InputWithDefault).Select(Describe)];
        _outputs = new(() => graph.DeclaredOutputs ?? GraphOutputs.Find(graph, operations));
    }

    /// <summary>Path or name of the file.</summary>
    public string File => _graph.File;

    /// <summary>The device of the constants and of the results.</summary>
    public Device Device { get; }

    /// <summary>The nodes in the order of the file.</summary>
    public IReadOnlyList<GraphNode> Nodes => _graph.Nodes;

    /// <summary>The operations of the graph's format.</summary>
    public OperationSet Operations => _operations;

    /// <summary>What can be fed.</summary>
    public IReadOnlyList<GraphInput> Inputs { get; }

    /// <summary>The names of the outputs that the file declares, or else of the nodes that nothing follows.</summary>
    public IReadOnlyList<string> Outputs => _outputs.Value;

    /// <summary>The input that <see cref="Outputs"/> need, where there is only one that must be fed, or only one at all.</summary>
    /// <exception cref="GraphException">There is none, or several; they are listed.</exception>
    public GraphInput Input
    {
        get
        {
            IReadOnlyList<GraphInput> used = InputsOf(Outputs);
            GraphInput[] required = [.. used.Where(input => !input.HasDefault)];
            IReadOnlyList<GraphInput> candidates = required.Length > 0 ? required : used;
            return candidates.Count == 1 ? candidates[0] : throw Undecided("input", [.. candidates.Select(input => input.Name)]);
        }
    }

    /// <summary>The name of the output where there is only one.</summary>
    /// <exception cref="GraphException">There is none, or several; they are listed.</exception>
    public string Output => Outputs.Count == 1 ? Outputs[0] : throw Undecided("output", Outputs);

    /// <summary>The inputs that outputs depend on.</summary>
    /// <exception cref="GraphException">There is no such output.</exception>
    public IReadOnlyList<GraphInput> InputsOf(IReadOnlyList<string> outputs)
    {
        HashSet<string> needed = GraphOutputs.Needed(_graph, outputs);
        return [.. Inputs.Where(input => needed.Contains(input.Name))];
    }

    /// <summary>Loads a graph; the format is found by the content of the file.</summary>
    /// <param name="path">A frozen TensorFlow GraphDef (.pb) or an ONNX model (.onnx).</param>
    /// <param name="device">Where to compute; null: the processor.</param>
    /// <param name="optimize">Whether nodes are joined into faster ones.</param>
    /// <exception cref="GraphException">The file cannot be read, or holds no graph that can be run.</exception>
    public static GraphNetwork Load(string path, Device? device = null, bool optimize = true)
    {
        TorchLibrary.Require();
        return GraphFile.Load(path, device, optimize);
    }

    /// <summary>Computes the outputs of one input.</summary>
    /// <param name="input">The value of <see cref="Input"/>.</param>
    /// <param name="fetches">The names of the outputs; none: <see cref="Output"/>.</param>
    /// <returns>A value for each, whose tensors are in the caller's dispose scope or belong to the caller.</returns>
    /// <exception cref="GraphException">The value does not fit, or a node cannot be computed.</exception>
    public IReadOnlyList<GraphValue> Run(GraphValue input, params IReadOnlyList<string> fetches) =>
        Run(new Dictionary<string, GraphValue> { [Input.Name] = input }, fetches.Count == 0 ? [Output] : fetches);

    /// <summary>Computes outputs.</summary>
    /// <param name="feeds">Values for inputs, or in place of any other node's output, by name. They stay the caller's.</param>
    /// <param name="fetches">The names of the outputs.</param>
    /// <returns>A value for each, whose tensors are in the caller's dispose scope or belong to the caller.</returns>
    /// <exception cref="GraphException">A name or value does not fit, an operation is unknown, or a node cannot be computed.</exception>
    public IReadOnlyList<GraphValue> Run(IReadOnlyDictionary<string, GraphValue> feeds, IReadOnlyList<string> fetches) =>
        Run(feeds, fetches, null);

    /// <summary>As <see cref="Run(IReadOnlyDictionary{string, GraphValue}, IReadOnlyList{string})"/>.</summary>
    /// <param name="feeds">Values by name.</param>
    /// <param name="fetches">The names of the outputs.</param>
    /// <param name="observe">Sees the needed outputs of each node that runs; their tensors live until it returns.</param>
    public IReadOnlyList<GraphValue> Run(
        IReadOnlyDictionary<string, GraphValue> feeds, IReadOnlyList<string> fetches, Action<GraphNode, IReadOnlyList<GraphValue>>? observe)
    {
        string[] names = [.. feeds.Keys.Order(StringComparer.Ordinal)];
        GraphPlan plan = Plan(names, fetches);
        GraphValue[] values = [.. names.Select(name => Fitting(name, feeds[name]))];
        try
        {
            return plan.Run(File, values, Device, observe);
        }
        finally
        {
            foreach ((string name, GraphValue value) in names.Zip(values))
            {
                // Moved to the device by us.
                if (value.IsTensor && !ReferenceEquals(value.Tensor, feeds[name].Tensor)) value.Tensor.Dispose();
            }
        }
    }

    /// <summary>What a run of these names does. Checks that the graph can be run without running it.</summary>
    /// <exception cref="GraphException">A name does not exist, an operation is unknown, or an input is missing.</exception>
    public GraphPlan Plan(IEnumerable<string> feeds, IReadOnlyList<string> fetches)
    {
        GraphReference[] fed = [.. feeds.Select(_graph.Find)];
        GraphReference[] fetched = [.. fetches.Select(_graph.Find)];
        string key = string.Join('\n', [.. fed.Select(Key), "", .. fetched.Select(Key)]);
        if (_plans.Count >= MostPlans && !_plans.ContainsKey(key))
            throw new GraphException(File, null, $"More than {MostPlans} different sets of inputs and outputs were run.");
        return _plans.GetOrAdd(key, _ => new(() => new PlanBuilder(_graph, _operations, _constants, _optimize).Build(fed, fetched))).Value;

        static string Key(GraphReference output) => $"{output.Node}:{output.Output}";
    }

    /// <summary>Frees the constants and plans. No run may be going on.</summary>
    public void Dispose()
    {
        foreach (Lazy<GraphPlan> plan in _plans.Values.Where(plan => plan.IsValueCreated)) plan.Value.Dispose();
        foreach (Tensor tensor in Owned()) tensor.Dispose();
    }

    /// <summary>The constants, on the device and as they were read, and the tensors among the attributes.</summary>
    private IEnumerable<Tensor> Owned() => _constants.Concat(_graph.Nodes.Select(node => node.Value))
        .Concat(_graph.Nodes.SelectMany(node => node.Attributes.Values.OfType<GraphValue>()))
        .Where(value => value.IsTensor).Select(value => value.Tensor);

    private GraphValue Place(GraphValue value) => value.IsTensor ? GraphPlan.Devices.Place(value.Tensor, Device) : value;

    private static GraphInput Describe(GraphNode node) =>
        new(node.Name, node.Type, node.IsText, node.Shape, node.Kind == GraphNodeKind.InputWithDefault);

    // The first size is free even where the file names one: exporters write the batch size that they happened to use.
    private GraphValue Fitting(string name, GraphValue value)
    {
        GraphReference output = _graph.Find(name);
        GraphNode node = _graph.Nodes[output.Node];
        if (output.Output == 0 && node.Kind is GraphNodeKind.Input or GraphNodeKind.InputWithDefault)
        {
            bool fitsType = node.IsText ? value.IsText : value.IsTensor && (node.Type is null || value.Tensor.dtype == node.Type);
            bool fitsShape = node.Shape is null || (node.Shape.Length == value.Shape.Count
                && node.Shape.Zip(value.Shape).Skip(1).All(sizes => sizes.First < 0 || sizes.First == sizes.Second));
            if (!fitsType || !fitsShape)
                throw new GraphException(File, name, $"It takes {Describe(node).Description}, and is fed {value}.");
        }
        return Place(value);
    }

    private GraphException Undecided(string what, IReadOnlyList<string> candidates) => new(File, null, candidates.Count == 0
        ? $"It has no {what} that could be found; name one."
        : $"It has {candidates.Count} {what}s; name one of {Printable.FirstOf([.. candidates.Select(name => $"'{name}'")], 20)}.");
}

/// <summary>Finds the outputs of a graph whose file declares none.</summary>
internal static class GraphOutputs
{
    /// <summary>
    /// The nodes that depend on an input and that no other node needs, but for leftovers of training. Where there are several, those that
    /// need unknown operations are left out.
    /// </summary>
    public static IReadOnlyList<string> Find(Graph graph, OperationSet operations)
    {
        int count = graph.Nodes.Count;
        var (used, fed, known, leftover) = (new bool[count], new bool[count], new bool[count], new bool[count]);
        foreach (int index in graph.Order)
        {
            GraphNode node = graph.Nodes[index];
            int[] inputs = [.. node.Inputs.Where(input => input.Node >= 0).Select(input => input.Node)];
            leftover[index] = operations.IsLeftover(node.Operation) || inputs.Any(input => leftover[input]);
            foreach (int source in Graph.Sources(node)) used[source] |= !leftover[index];
            fed[index] = IsFed(node) || inputs.Any(input => fed[input]);
            known[index] = (node.Kind != GraphNodeKind.Operation || operations.Knows(node.Operation))
                && (node.Kind == GraphNodeKind.Merge ? inputs.Any(input => known[input]) : inputs.All(input => known[input]));
        }
        int[] ends = [.. graph.Order.Where(index => fed[index] && !used[index] && !leftover[index] && IsResult(graph.Nodes[index]))];
        int[] runnable = ends.Length > 1 && ends.Any(index => known[index]) ? [.. ends.Where(index => known[index])] : ends;
        return [.. runnable.Order().Select(index => graph.Nodes[index].Name)];
    }

    /// <summary>The names of all nodes that outputs depend on.</summary>
    public static HashSet<string> Needed(Graph graph, IReadOnlyList<string> outputs)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<int>(outputs.Select(output => graph.Find(output).Node));
        while (open.TryPop(out int index))
        {
            if (!needed.Add(graph.Nodes[index].Name)) continue;
            foreach (GraphReference input in graph.Nodes[index].Inputs.Where(input => input.Node >= 0)) open.Push(input.Node);
        }
        return needed;
    }

    private static bool IsFed(GraphNode node) => node.Kind is GraphNodeKind.Input or GraphNodeKind.InputWithDefault;

    private static bool IsResult(GraphNode node) => node.Kind is GraphNodeKind.Operation or GraphNodeKind.Merge;
}
