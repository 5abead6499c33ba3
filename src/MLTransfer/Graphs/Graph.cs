using System.Globalization;
using MLTransfer.Errors;

namespace MLTransfer.Graphs;

/// <summary>
/// The nodes of a graph, checked: names are unique, every input exists, and there is an order in which each node follows its inputs.
/// </summary>
internal sealed class Graph
{
    /// <summary>The highest position of an output of a node.</summary>
    public const int MostOutputs = 10_000;

    private const int MostCompared = 10_000;

    private readonly Dictionary<string, int> _byName;
    private readonly IReadOnlyDictionary<string, GraphReference> _outputNames;

    /// <param name="file">Path or name of the file, for errors.</param>
    /// <param name="nodes">The nodes, in any order. The tensors in them belong to the graph.</param>
    /// <param name="outputNames">Names of single outputs, where the format has them besides the nodes' names (ONNX).</param>
    /// <param name="outputs">The outputs that the file declares; null where the format declares none (TensorFlow).</param>
    /// <exception cref="GraphException">The nodes do not form a graph that can be run.</exception>
    public Graph(string file, IReadOnlyList<GraphNode> nodes, IReadOnlyDictionary<string, GraphReference>? outputNames = null,
        IReadOnlyList<string>? outputs = null)
    {
        File = file;
        Nodes = nodes;
        DeclaredOutputs = outputs;
        _outputNames = outputNames ?? new Dictionary<string, GraphReference>();
        _byName = new Dictionary<string, int>(nodes.Count, StringComparer.Ordinal);
        for (int index = 0; index < nodes.Count; index++)
        {
            if (!_byName.TryAdd(nodes[index].Name, index))
                throw new GraphException(file, nodes[index].Name, "There are two nodes of this name.");
        }
        Order = TopologicalOrder();
    }

    /// <summary>Path or name of the file.</summary>
    public string File { get; }

    /// <summary>The nodes, in the order of the file.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The outputs that the file declares; null where the format declares none.</summary>
    public IReadOnlyList<string>? DeclaredOutputs { get; }

    /// <summary>The positions of the nodes, each after those of its inputs.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>The output of a name: of an output, of a node (its first output), or of a node with ":1" for its second output.</summary>
    /// <exception cref="GraphException">There is no such output.</exception>
    public GraphReference Find(string name)
    {
        if (_outputNames.TryGetValue(name, out GraphReference output)) return output;
        if (_byName.TryGetValue(name, out int node)) return new GraphReference(node, 0);
        int colon = name.LastIndexOf(':');
        if (colon > 0 && int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int which)
            && which <= MostOutputs
            && _byName.TryGetValue(name[..colon], out node))
            return new GraphReference(node, which);
        IEnumerable<string> known = _outputNames.Keys.Concat(_byName.Keys);
        throw new GraphException(File, null, $"There is no node '{name}'.{NearestName.Suggest(name, known.Take(MostCompared))}");
    }

    /// <summary>The name of an output, as <see cref="Find"/> understands it.</summary>
    public string NameOf(GraphReference output) =>
        output.Output == 0 ? Nodes[output.Node].Name : $"{Nodes[output.Node].Name}:{output.Output}";

    // A while loop's NextIteration closes a circle that TensorFlow allows; its edge is left out, and the operation is unknown.
    private List<int> TopologicalOrder()
    {
        var waiting = new int[Nodes.Count];
        var followers = new List<int>?[Nodes.Count];
        for (int index = 0; index < Nodes.Count; index++)
        {
            foreach (int source in Sources(Nodes[index]))
            {
                if (source < 0 || source >= Nodes.Count)
                    throw new GraphException(File, Nodes[index].Name, "An input is no node of the graph.");
                if (Nodes[source].Operation == "NextIteration") continue;
                (followers[source] ??= []).Add(index);
                waiting[index]++;
            }
        }
        var order = new List<int>(Nodes.Count);
        order.AddRange(Enumerable.Range(0, Nodes.Count).Where(index => waiting[index] == 0));
        for (int next = 0; next < order.Count; next++)
        {
            foreach (int follower in followers[order[next]] ?? [])
            {
                if (--waiting[follower] == 0) order.Add(follower);
            }
        }
        if (order.Count == Nodes.Count) return order;
        string[] circle = [.. Nodes.Where((_, index) => waiting[index] > 0).Select(node => node.Name)];
        throw new GraphException(File, circle[0], $"Nodes need each other in a circle: {Printable.FirstOf(circle, 5)}.");
    }

    /// <summary>The nodes that a node waits for.</summary>
    internal static IEnumerable<int> Sources(GraphNode node) =>
        node.Inputs.Where(input => input.Node >= 0).Select(input => input.Node).Concat(node.Controls);
}
