using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>
/// The computation of one node, prepared once and run many times, by several threads at once: it keeps no state between runs.
/// </summary>
internal abstract class Kernel : IDisposable
{
    /// <summary>
    /// Computes the outputs. It runs without gradients, in a dispose scope of its own: all tensors it makes are freed but those it
    /// returns. It may return an input.
    /// </summary>
    /// <param name="inputs">The values of the node's inputs; none of them is dead, optional ones may be absent.</param>
    /// <exception cref="KernelException">The inputs cannot be used.</exception>
    public abstract GraphValue[] Run(GraphValue[] inputs);

    /// <summary>
    /// The kernel that does this and then <paramref name="next"/>, whose only input that is not constant is this one's first output; null
    /// where they cannot be joined. The new kernel takes this one's inputs and gives the outputs of <paramref name="next"/>.
    /// </summary>
    public virtual Kernel? Join(Kernel next) => null;

    /// <summary>Frees the tensors that were prepared.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>A kernel that is a function.</summary>
internal sealed class FunctionKernel(Func<GraphValue[], GraphValue[]> run) : Kernel
{
    public override GraphValue[] Run(GraphValue[] inputs) => run(inputs);
}

/// <summary>Prepares the kernel of a node.</summary>
/// <param name="node">The node; its attributes are checked here.</param>
/// <param name="constants">A value for each input that is the same in every run; absent for the others. They stay owned by the
/// graph.</param>
/// <exception cref="KernelException">The attributes or constants cannot be used.</exception>
internal delegate Kernel KernelFactory(GraphNode node, GraphValue[] constants);

/// <summary>
/// The operations of a format by name. The engine asks it for a kernel once for each node that is needed; an operation that it does not
/// know is an error only where its node is needed.
/// </summary>
/// <param name="format">The name of the format, for display.</param>
internal sealed class OperationSet(string format)
{
    private readonly Dictionary<string, KernelFactory> _factories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _identities = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leftovers = new(StringComparer.Ordinal);

    /// <summary>The name of the format.</summary>
    public string Format => format;

    /// <summary>The names of all known operations, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _factories.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether an operation is known.</summary>
    public bool Knows(string operation) => _factories.ContainsKey(operation);

    /// <summary>Whether an operation passes each input to the output of the same position, so that its nodes can be left out.</summary>
    public bool IsIdentity(string operation) => _identities.Contains(operation);

    /// <summary>Whether an operation is a leftover of training, such as a loss: neither it nor what follows it is an output.</summary>
    public bool IsLeftover(string operation) => _leftovers.Contains(operation);

    /// <summary>The kernel of a node whose operation is known.</summary>
    public Kernel Prepare(GraphNode node, GraphValue[] constants) => _factories[node.Operation](node, constants);

    /// <summary>The factory of an operation, to which another format gives another name.</summary>
    public KernelFactory Factory(string operation) => _factories[operation];

    /// <summary>Adds an operation.</summary>
    /// <exception cref="ArgumentException">It is there already.</exception>
    public OperationSet Add(string operation, KernelFactory factory)
    {
        _factories.Add(operation, factory);
        return this;
    }

    /// <summary>Adds an operation without anything to prepare.</summary>
    public OperationSet Add(string operation, Func<GraphNode, GraphValue[], GraphValue[]> run) =>
        Add(operation, (node, _) => new FunctionKernel(inputs => run(node, inputs)));

    /// <summary>Adds an operation from tensors to one tensor that needs nothing of its node.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="inputs">The number of its inputs.</param>
    /// <param name="run">What it computes.</param>
    public OperationSet Add(string operation, int inputs, Func<Tensor[], Tensor> run) => Add(operation, (node, _) =>
    {
        RequireInputs(node, inputs, inputs);
        return new FunctionKernel(values => [run([.. values.Select(value => value.Tensor)])]);
    });

    /// <summary>Adds operations that pass each input to the output of the same position.</summary>
    public OperationSet AddIdentities(params ReadOnlySpan<string> operations)
    {
        foreach (string operation in operations)
        {
            Add(operation, (_, inputs) => inputs);
            _identities.Add(operation);
        }
        return this;
    }

    /// <summary>Names operations that are leftovers of training; they need not be known.</summary>
    public OperationSet AddLeftovers(params ReadOnlySpan<string> operations)
    {
        foreach (string operation in operations) _leftovers.Add(operation);
        return this;
    }

    /// <summary>Checks how many inputs a node has.</summary>
    /// <exception cref="KernelException">There are too few or too many.</exception>
    public static void RequireInputs(GraphNode node, int least, int most = int.MaxValue)
    {
        if (node.Inputs.Count >= least && node.Inputs.Count <= most) return;
        string expected = least == most ? $"{least}" : most == int.MaxValue ? $"at least {least}" : $"{least} to {most}";
        throw new KernelException($"{node.Operation} has {node.Inputs.Count} inputs; it must have {expected}.");
    }
}
