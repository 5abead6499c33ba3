using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>One kernel to run.</summary>
/// <param name="Node">The node, for errors; of joined ones the last.</param>
/// <param name="Kernel">What to run.</param>
/// <param name="Inputs">The slots of its inputs; -1 for one that is absent.</param>
/// <param name="Outputs">The slot of each output; -1 for one that nobody needs.</param>
internal sealed record GraphStep(GraphNode Node, Kernel Kernel, int[] Inputs, int[] Outputs)
{
    /// <summary>The slots that nobody needs after this step.</summary>
    public int[] Frees { get; set; } = [];

    /// <summary>The slots of nodes that this one waits for because they may be dead.</summary>
    public int[] Controls { get; init; } = [];
}

/// <summary>
/// What to run for a set of fed and fetched outputs: constants computed, branches that are never taken left out, nodes joined. It is made
/// once and used by any number of runs at a time.
/// </summary>
internal sealed class GraphPlan : IDisposable
{
    /// <summary>The most bytes of the tensors that are kept at a time in a run.</summary>
    public const long MostBytes = 16L << 30;

    private readonly IReadOnlyList<Tensor> _owned;

    internal GraphPlan(IReadOnlyList<GraphStep> steps, GraphValue[] initial, IReadOnlyList<int> feeds, IReadOnlyList<int> fetches,
        IReadOnlyList<Tensor> owned)
    {
        (Steps, Initial, Feeds, Fetches, _owned) = (steps, initial, feeds, fetches, owned);
        FreeEarly();
    }

    /// <summary>The steps in their order.</summary>
    public IReadOnlyList<GraphStep> Steps { get; }

    /// <summary>The value of each slot before the first step: constants, or absent.</summary>
    public GraphValue[] Initial { get; }

    /// <summary>The slot of each fed output; -1 where no step needs it.</summary>
    public IReadOnlyList<int> Feeds { get; }

    /// <summary>The slot of each fetched output.</summary>
    public IReadOnlyList<int> Fetches { get; }

    public void Dispose()
    {
        foreach (GraphStep step in Steps) step.Kernel.Dispose();
        foreach (Tensor tensor in _owned) tensor.Dispose();
    }

    /// <summary>Runs the steps.</summary>
    /// <param name="file">The graph's file, for errors.</param>
    /// <param name="feeds">A value for each of <see cref="Feeds"/>; the caller keeps them.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="observe">Sees the outputs of each step before they may be freed.</param>
    /// <returns>A value for each of <see cref="Fetches"/>, whose tensors are in the caller's dispose scope.</returns>
    /// <exception cref="GraphException">A node cannot be computed.</exception>
    public GraphValue[] Run(
        string file, IReadOnlyList<GraphValue> feeds, Device device, Action<GraphNode, IReadOnlyList<GraphValue>>? observe = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        GraphValue[] slots = [.. Initial];
        for (int feed = 0; feed < Feeds.Count; feed++)
        {
            if (Feeds[feed] >= 0) slots[Feeds[feed]] = feeds[feed];
        }
        long kept = 0;
        foreach (GraphStep step in Steps)
        {
            GraphValue[] outputs = RunStep(file, step, slots, device);
            for (int output = 0; output < step.Outputs.Length; output++)
            {
                if (step.Outputs[output] < 0) continue;
                slots[step.Outputs[output]] = outputs[output];
                kept += outputs[output].Bytes;
            }
            if (kept > MostBytes)
                throw new GraphException(file, step.Node.Name, $"The tensors that are needed at a time take {kept:N0} bytes up to here; at "
                    + $"most {MostBytes:N0} are possible. Run fewer images at a time.");
            observe?.Invoke(step.Node, outputs);
            foreach (int slot in step.Frees)
            {
                kept -= slots[slot].Bytes;
                if (slots[slot].IsTensor) slots[slot].Tensor.Dispose();
                slots[slot] = default;
            }
        }
        return [.. Fetches.Select(slot => Result(slots[slot]))];
    }

    // An alias: the caller may dispose what it gets, and the value may be a constant, a fed one, or fetched twice.
    private static GraphValue Result(GraphValue value) => value.IsTensor ? value.Tensor.alias().MoveToOuterDisposeScope() : value;

    private static GraphValue[] RunStep(string file, GraphStep step, GraphValue[] slots, Device device)
    {
        GraphValue[] inputs = [.. step.Inputs.Select(slot => slot < 0 ? default : slots[slot])];
        bool isMerge = step.Node.Kind == GraphNodeKind.Merge;
        bool isDead = isMerge ? inputs.All(input => input.IsDead) : inputs.Any(input => input.IsDead);
        if (isDead || step.Controls.Any(slot => slots[slot].IsDead))
            return [.. step.Outputs.Select(_ => GraphValue.Dead)];
        using var scope = NewDisposeScope();
        GraphValue[] outputs = Invoke(file, step.Node, step.Kernel, Devices.Together(inputs, device));
        if (outputs.Length < step.Outputs.Length && Array.FindLastIndex(step.Outputs, slot => slot >= 0) >= outputs.Length)
            throw new GraphException(file, step.Node.Name, $"{step.Node.Operation} has {outputs.Length} outputs; more are asked for.");
        // Each slot is freed on its own: an output that is an input, or another output, gets a tensor of its own.
        var taken = new HashSet<Tensor>(
            inputs.Where(input => input.IsTensor).Select(input => input.Tensor), ReferenceEqualityComparer.Instance);
        return [.. step.Outputs.Select((slot, output) => slot < 0 ? default : Kept(outputs[output], taken))];
    }

    private static GraphValue Kept(GraphValue output, HashSet<Tensor> taken) => !output.IsTensor ? output
        : (taken.Add(output.Tensor) ? output.Tensor : output.Tensor.alias()).MoveToOuterDisposeScope();

    /// <summary>Runs a kernel; what it complains about becomes an error with file and node.</summary>
    internal static GraphValue[] Invoke(string file, GraphNode node, Kernel kernel, GraphValue[] inputs)
    {
        try
        {
            return kernel.Run(inputs);
        }
        catch (KernelException refusal)
        {
            throw new GraphException(file, node.Name, refusal.Message, refusal);
        }
        catch (Exception exception) when (exception is not GraphException)
        {
            string given = string.Join(", ", inputs.Select(input => input.ToString()));
            throw new GraphException(
                file, node.Name, $"{node.Operation} of {given} cannot be computed: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    private void FreeEarly()
    {
        var last = new int[Initial.Length];
        Array.Fill(last, -1);
        for (int index = 0; index < Steps.Count; index++)
        {
            foreach (int slot in Steps[index].Inputs.Concat(Steps[index].Outputs).Concat(Steps[index].Controls).Where(slot => slot >= 0))
                last[slot] = index;
        }
        HashSet<int> kept = [.. Feeds, .. Fetches];
        foreach (IGrouping<int, int> ending in Enumerable.Range(0, last.Length)
            .Where(slot => last[slot] >= 0 && Initial[slot].IsAbsent && !kept.Contains(slot))
            .GroupBy(slot => last[slot]))
            Steps[ending.Key].Frees = [.. ending];
    }

    /// <summary>Where tensors are when they are computed with.</summary>
    internal static class Devices
    {
        /// <summary>
        /// Moves tensors to the device where one of them is there already. Sizes and axes, integers of at most one axis, stay with the
        /// processor, which reads them.
        /// </summary>
        public static GraphValue[] Together(GraphValue[] values, Device device)
        {
            if (device.type == DeviceType.CPU) return values;
            if (!values.Any(value => value.IsTensor && value.Tensor.device_type == device.type)) return values;
            return [.. values.Select(value => value.IsTensor ? Place(value.Tensor, device) : value)];
        }

        /// <summary>The tensor on the device, or itself where it is already there or belongs to the processor.</summary>
        public static Tensor Place(Tensor tensor, Device device) =>
            tensor.device_type == device.type || (tensor.dtype is ScalarType.Int32 or ScalarType.Int64 && tensor.dim() <= 1)
                ? tensor : tensor.to(device);
    }
}
