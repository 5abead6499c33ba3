using MLTransfer.Errors;

namespace MLTransfer.Graphs;

/// <summary>
/// A graph of operations (TensorFlow or ONNX) cannot be read or run; the message names the file, the node, what was found and what is
/// expected.
/// </summary>
public sealed class GraphException : Exception
{
    private const int LongestReason = 2_000, LongestNode = 200;

    /// <summary>Creates the error.</summary>
    /// <param name="file">Path or name of the graph's file.</param>
    /// <param name="node">The node that the problem is about; null where it is about the whole graph.</param>
    /// <param name="reason">What was found and what is expected: one or more whole sentences.</param>
    /// <param name="cause">The underlying error, if any.</param>
    public GraphException(string file, string? node, string reason, Exception? cause = null)
        : base(Describe(file, node, reason), cause)
    {
        File = file;
        Node = node;
        Reason = Printable.Sanitize(reason, LongestReason);
    }

    /// <summary>Path or name of the graph's file.</summary>
    public string File { get; }

    /// <summary>The node that the problem is about; null where it is about the whole graph.</summary>
    public string? Node { get; }

    /// <summary>What was found and what is expected.</summary>
    public string Reason { get; }

    private static string Describe(string file, string? node, string reason)
    {
        string subject = node is null ? "" : $", node '{Printable.Sanitize(node, LongestNode)}'";
        return $"The graph '{Printable.Sanitize(file)}'{subject}: {Printable.Sanitize(reason, LongestReason)}";
    }
}

/// <summary>A kernel refuses its inputs or attributes; the network adds file and node and throws a <see cref="GraphException"/>.</summary>
/// <param name="reason">What was found and what is expected: whole sentences.</param>
internal sealed class KernelException(string reason) : Exception(reason);
