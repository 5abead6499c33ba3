using MLTransfer.Errors;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>
/// Makes a <see cref="GraphPlan"/>: goes through the nodes that the fetched outputs need, in order, and finds for each output whether it is
/// constant, dead, another output under a second name, or the result of a step.
/// </summary>
internal sealed class PlanBuilder(Graph graph, OperationSet operations, IReadOnlyList<GraphValue> constants, bool optimize)
{
    private const int MostNamed = 50;
    private const long FoldedBytes = 1L << 30;

    private readonly Dictionary<GraphReference, Source> _sources = [];
    private readonly bool[] _conditional = new bool[graph.Nodes.Count];
    private readonly List<Tensor> _owned = [];
    private readonly HashSet<int> _dead = [];

    // How many outputs of a node are needed, counted to the last of them.
    private readonly int[] _outputs = new int[graph.Nodes.Count];
    private long _foldedBytes;

    private bool IsOptimized => optimize;

    /// <summary>What an output is: a constant (or dead), or an output of a step.</summary>
    private readonly record struct Source(GraphValue Constant, GraphReference Dynamic);

    /// <exception cref="GraphException">An operation is unknown, an input is not fed, or a constant cannot be computed.</exception>
    public GraphPlan Build(IReadOnlyList<GraphReference> feeds, IReadOnlyList<GraphReference> fetches)
    {
        try
        {
            foreach (GraphReference feed in feeds) _sources[feed] = new Source(default, feed);
            foreach (int node in Needed(fetches)) Evaluate(node);
            List<int> steps = Required(fetches, feeds);
            RequireKnown(steps);
            return new PlanLayout(this, steps, feeds).Lay(fetches);
        }
        catch
        {
            foreach (Tensor tensor in _owned) tensor.Dispose();
            throw;
        }
    }

    private GraphNode NodeAt(int index) => graph.Nodes[index];

    /// <summary>The nodes that the fetched outputs depend on in any way, in order.</summary>
    private IEnumerable<int> Needed(IReadOnlyList<GraphReference> fetches)
    {
        var needed = new bool[graph.Nodes.Count];
        var open = new Stack<int>(fetches.Where(fetch => !_sources.ContainsKey(fetch)).Select(fetch => fetch.Node));
        while (open.TryPop(out int node))
        {
            if (needed[node]) continue;
            needed[node] = true;
            GraphNode each = graph.Nodes[node];
            foreach (GraphReference input in each.Inputs.Where(input => input.Node >= 0 && !_sources.ContainsKey(input)))
                open.Push(input.Node);
            foreach (int control in each.Controls) open.Push(control);
        }
        return graph.Order.Where(node => needed[node]);
    }

    private void Evaluate(int index)
    {
        GraphNode node = graph.Nodes[index];
        Source[] inputs = [.. node.Inputs.Select(Find)];
        bool isDead = node.Controls.Any(control => Find(new GraphReference(control, 0)).Constant.IsDead)
            || (node.Kind != GraphNodeKind.Merge && inputs.Any(input => input.Constant.IsDead));
        if (isDead)
            _dead.Add(index);
        else if (node.Controls.Any(control => _conditional[control]))
            _conditional[index] = true;
        else if (!EvaluateKind(index, node, inputs))
            _conditional[index] = node.Kind == GraphNodeKind.Switch || (node.Kind != GraphNodeKind.Merge && inputs.Any(IsConditional));
    }

    private bool IsConditional(Source source) => source.Dynamic.Node >= 0 && _conditional[source.Dynamic.Node];

    /// <summary>Whether what a node gives is known already.</summary>
    private bool EvaluateKind(int index, GraphNode node, Source[] inputs)
    {
        switch (node.Kind)
        {
            case GraphNodeKind.Constant:
            case GraphNodeKind.InputWithDefault when !constants[index].IsAbsent:
                return Set(index, 0, new Source(constants[index], GraphReference.None));
            case GraphNodeKind.InputWithDefault when inputs.Length > 0:
                return Set(index, 0, inputs[0]);
            case GraphNodeKind.Input:
                return false;
            case GraphNodeKind.Switch when inputs.Length == 2 && inputs[1].Constant.IsTensor:
                bool taken = inputs[1].Constant.Tensor.to(ScalarType.Bool).item<bool>();
                Set(index, taken ? 1 : 0, inputs[0]);
                return Set(index, taken ? 0 : 1, new Source(GraphValue.Dead, GraphReference.None));
            case GraphNodeKind.Merge:
                return EvaluateMerge(index, inputs);
            case GraphNodeKind.Operation when operations.IsIdentity(node.Operation):
                for (int output = 0; output < inputs.Length; output++) Set(index, output, inputs[output]);
                return true;
            default:
                return node.Kind == GraphNodeKind.Operation && Fold(index, node, inputs);
        }
    }

    private bool EvaluateMerge(int index, Source[] inputs)
    {
        int[] alive = [.. Enumerable.Range(0, inputs.Length).Where(input => !inputs[input].Constant.IsDead)];
        if (alive.Length == 0) return _dead.Add(index);
        if (alive.Length > 1 || IsConditional(inputs[alive[0]])) return false;
        Set(index, 0, inputs[alive[0]]);
        return Set(index, 1, new Source(Own(tensor(alive[0], ScalarType.Int32)), GraphReference.None));
    }

    private bool Fold(int index, GraphNode node, Source[] inputs)
    {
        if (!operations.Knows(node.Operation) || node.Inputs.Count == 0 || inputs.Any(input => input.Dynamic.Node >= 0)) return false;
        GraphValue[] values = [.. inputs.Select(input => input.Constant)];
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Kernel kernel = Prepare(node, values);
        GraphValue[] outputs = GraphPlan.Invoke(graph.File, node, kernel, values);
        long bytes = outputs.Sum(output => output.Bytes);
        if (bytes > FoldedBytes - _foldedBytes) return false;
        _foldedBytes += bytes;
        for (int output = 0; output < outputs.Length; output++)
        {
            GraphValue value = outputs[output];
            bool isInput = value.IsTensor && values.Any(input => input.IsTensor && ReferenceEquals(input.Tensor, value.Tensor));
            Set(index, output, new Source(!value.IsTensor || isInput ? value : Own(value.Tensor), GraphReference.None));
        }
        return true;
    }

    // Kernels detach what they keep from the scope.
    private Kernel Prepare(GraphNode node, GraphValue[] values)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            return operations.Prepare(node, values);
        }
        catch (KernelException refusal)
        {
            throw new GraphException(graph.File, node.Name, refusal.Message, refusal);
        }
        catch (Exception exception) when (exception is not GraphException)
        {
            throw new GraphException(
                graph.File, node.Name, $"{node.Operation} cannot be prepared: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private bool Set(int node, int output, Source source)
    {
        _sources.TryAdd(new GraphReference(node, output), source);
        return true;
    }

    private Source Find(GraphReference output)
    {
        if (output.Node < 0) return new Source(default, GraphReference.None);
        if (_sources.TryGetValue(output, out Source source)) return source;
        return _dead.Contains(output.Node) ? new Source(GraphValue.Dead, GraphReference.None) : new Source(default, output);
    }

    /// <summary>The nodes that must run, in order.</summary>
    private List<int> Required(IReadOnlyList<GraphReference> fetches, IReadOnlyList<GraphReference> feeds)
    {
        foreach (GraphReference fetch in fetches)
        {
            if (Find(fetch).Constant.IsDead)
                throw new GraphException(graph.File, graph.NameOf(fetch), "It is behind the branch of a switch that is not taken.");
        }
        HashSet<GraphReference> fed = [.. feeds];
        var required = new HashSet<int>();
        var open = new Stack<GraphReference>(fetches);
        while (open.TryPop(out GraphReference output))
        {
            GraphReference source = Find(output).Dynamic;
            if (source.Node < 0 || fed.Contains(source)) continue;
            _outputs[source.Node] = Math.Max(_outputs[source.Node], source.Output + 1);
            if (!required.Add(source.Node)) continue;
            foreach (GraphReference input in graph.Nodes[source.Node].Inputs) open.Push(input);
            foreach (int control in ConditionalControls(source.Node)) open.Push(new GraphReference(control, 0));
        }
        return [.. graph.Order.Where(required.Contains)];
    }

    private IEnumerable<int> ConditionalControls(int node) => graph.Nodes[node].Controls.Where(control => _conditional[control]);

    private void RequireKnown(List<int> steps)
    {
        GraphNode[] nodes = [.. steps.Select(step => graph.Nodes[step])];
        IGrouping<string, GraphNode>[] unknown =
        [
            .. nodes.Where(node => node.Kind == GraphNodeKind.Operation && !operations.Knows(node.Operation))
                .GroupBy(node => node.Operation),
        ];
        if (unknown.Length > 0)
        {
            string[] named = [.. unknown.Select(group => $"{group.Key} (node '{group.First().Name}'{Printable.More(group.Count(), 1)})")];
            throw new GraphException(graph.File, null,
                (named.Length == 1 ? "An operation is" : $"{named.Length} operations are")
                + $" not known: {Printable.FirstOf(named, MostNamed)}. Fetch a node before them, or see docs/graphs.md for what is known.");
        }
        string[] unfed = [.. nodes.Where(node => node.Kind == GraphNodeKind.Input).Select(node => $"'{node.Name}'")];
        if (unfed.Length > 0)
            throw new GraphException(graph.File, null, $"Values for {Printable.FirstOf(unfed, MostNamed)} are needed and not given.");
    }

    /// <summary>Gives slots to the values, prepares the kernels, and joins them.</summary>
    private sealed class PlanLayout(PlanBuilder builder, List<int> required, IReadOnlyList<GraphReference> feeds)
    {
        private readonly Dictionary<GraphReference, int> _slots = [];
        private readonly Dictionary<object, int> _constantSlots = new(ReferenceEqualityComparer.Instance);
        private readonly List<GraphValue> _initial = [];

        public GraphPlan Lay(IReadOnlyList<GraphReference> fetches)
        {
            var steps = new List<GraphStep>();
            try
            {
                foreach (int node in required) steps.Add(Step(node));
                int[] fetched = [.. fetches.Select(SlotOf)];
                if (builder.IsOptimized) steps = JoinedSteps.Of(steps, fetched, _initial);
                int[] fed = [.. feeds.Select(feed => _slots.GetValueOrDefault(feed, -1))];
                return new GraphPlan(steps, [.. _initial], fed, fetched, builder._owned);
            }
            catch
            {
                foreach (GraphStep step in steps) step.Kernel.Dispose();
                throw;
            }
        }

        private GraphStep Step(int index)
        {
            GraphNode node = builder.NodeAt(index);
            GraphValue[] constants = [.. node.Inputs.Select(input => builder.Find(input).Constant)];
            Kernel kernel = node.Kind switch
            {
                GraphNodeKind.Switch => new FunctionKernel(SwitchKernel),
                GraphNodeKind.Merge => new FunctionKernel(MergeKernel),
                GraphNodeKind.Operation => builder.Prepare(node, constants),
                _ => new FunctionKernel(inputs => [inputs.Length > 0 ? inputs[0] : node.Value]),
            };
            int[] inputs = [.. node.Inputs.Select(SlotOf)];
            int[] controls = [.. builder.ConditionalControls(index).Select(control => SlotOf(new GraphReference(control, 0)))];
            // What is fed stays as it is fed, even where another output of its node is computed.
            int[] outputs = [.. Enumerable.Range(0, builder._outputs[index]).Select(output => new GraphReference(index, output))
                .Select(output => feeds.Contains(output) ? -1 : Slot(output))];
            return new GraphStep(node, kernel, inputs, outputs) { Controls = controls };
        }

        private int SlotOf(GraphReference output)
        {
            Source source = builder.Find(output);
            if (source.Dynamic.Node >= 0) return Slot(source.Dynamic);
            if (source.Constant.IsAbsent) return -1;
            object identity = source.Constant.IsTensor ? source.Constant.Tensor : source.Constant.IsText ? source.Constant.Text : this;
            if (!_constantSlots.TryGetValue(identity, out int slot)) _constantSlots[identity] = slot = NewSlot(source.Constant);
            return slot;
        }

        private int Slot(GraphReference output)
        {
            if (!_slots.TryGetValue(output, out int slot)) _slots[output] = slot = NewSlot(default);
            return slot;
        }

        private int NewSlot(GraphValue value)
        {
            _initial.Add(value);
            return _initial.Count - 1;
        }

        private static GraphValue[] SwitchKernel(GraphValue[] inputs) => inputs[1].Tensor.to(ScalarType.Bool).item<bool>()
            ? [GraphValue.Dead, inputs[0]]
            : [inputs[0], GraphValue.Dead];

        private static GraphValue[] MergeKernel(GraphValue[] inputs)
        {
            int alive = Array.FindIndex(inputs, input => !input.IsDead);
            return [inputs[alive], tensor(alive, ScalarType.Int32)];
        }
    }
}
