using MLTransfer.Files;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Graphs.TensorFlow;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>Recognizes the format of a graph's file and loads it.</summary>
internal static class GraphFile
{
    private const string Freeze = "Freeze it: variables must be constants (tf.compat.v1.graph_util.convert_variables_to_constants, or "
        + "convert_variables_to_constants_v2 of TensorFlow 2).";

    /// <exception cref="GraphException">The file cannot be read, or holds no graph that can be run.</exception>
    public static GraphNetwork Load(string path, Device? device, bool optimize)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new GraphException(path, null, System.IO.File.Exists(Path.Combine(path, "saved_model.pb"))
                ? $"It is a SavedModel, with its variables in other files. {Freeze}"
                : "It is a folder. Name the file in it.");
        }
        if (!System.IO.File.Exists(path)) throw new GraphException(path, null, "It does not exist. Check the path.");
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Load(stream, path, device, optimize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, null, $"It cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Loads a graph from a stream that can seek.</summary>
    /// <param name="stream">The content of the file.</param>
    /// <param name="name">Its path or name, for errors and the file name extension.</param>
    /// <param name="device">Where to compute; null: the processor.</param>
    /// <param name="optimize">Whether nodes are joined into faster ones.</param>
    /// <exception cref="GraphException">The content is no graph that can be run.</exception>
    public static GraphNetwork Load(Stream stream, string name, Device? device = null, bool optimize = true)
    {
        Span<byte> head = stackalloc byte[64];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        switch (Recognize(name, head))
        {
            case GraphFormat.TensorFlow:
                return new GraphNetwork(GraphDefReader.Read(stream, name), TensorFlowOperations.All, device, optimize);
            case GraphFormat.Onnx:
                return new GraphNetwork(OnnxGraphReader.Read(stream, name), OnnxOperations.All, device, optimize);
            case GraphFormat.SavedModel:
                throw new GraphException(name, null, $"It is a SavedModel, with its variables in other files. {Freeze}");
            default:
                throw new GraphException(name, null, $"It is no TensorFlow GraphDef and no ONNX model; {Describe(head)}.");
        }
    }

    /// <summary>The format of a file, by its first bytes and, between ONNX and SavedModel, its name.</summary>
    public static GraphFormat Recognize(string name, ReadOnlySpan<byte> head)
    {
        if (name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) return GraphFormat.Onnx;
        // Both begin with a version, field 1. The field after it is the producer's name (ONNX), or all there is (SavedModel).
        if (head is [0x08, < 0x80, var next, var length, ..])
            return next != 0x12 ? GraphFormat.Onnx : length < 0x80 && head.Length > 4 + length && IsText(head.Slice(4, length))
                ? GraphFormat.Onnx : GraphFormat.SavedModel;
        // The fields of a GraphDef: node, library, version, versions.
        return head is [0x0A or 0x12 or 0x18 or 0x22, ..] ? GraphFormat.TensorFlow : GraphFormat.Unknown;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private static string Describe(ReadOnlySpan<byte> head) => head switch
    {
        [] => "it is empty",
        _ when head.StartsWith("node"u8) || head.StartsWith("#"u8) => "it is text (.pbtxt); save it as binary protobuf",
        _ when head.StartsWith("PK"u8) => "it is a zip archive; unpack it",
        _ when head.StartsWith("version https://"u8) => "it is a Git LFS pointer; fetch the file itself with git lfs pull",
        _ when head.StartsWith("<"u8) => "it is a web page or XML; the download probably failed",
        _ => $"it begins with the bytes {Convert.ToHexString(head[..Math.Min(head.Length, 8)])}",
    };
}

/// <summary>The formats of graphs.</summary>
internal enum GraphFormat
{
    Unknown,
    TensorFlow,
    Onnx,
    SavedModel,
}

/// <summary>What can be wrong with a graph's file.</summary>
internal sealed class GraphFileErrors(string file) : FileErrors
{
    private const string CopyAgain = " Copy or download it again.";

    public override GraphException Damaged(string reason, Exception? cause = null) => New($"It is damaged: {reason}.{CopyAgain}", cause);

    public override GraphException CutShort(string reason, Exception? cause = null) => New($"It is cut short: {reason}.{CopyAgain}", cause);

    public override GraphException Unreadable(string reason, string remedy) => New($"It {reason}. {remedy}");

    public override GraphException Refused(string reason) => New($"It is refused: {reason}; do not trust the file.");

    public override GraphException AsksFor(string global) => New($"It asks for '{global}'.");

    public override GraphException Instruction(byte code, long position) => New($"It holds the instruction {code} at {position}.");

    private GraphException New(string reason, Exception? cause = null) => new(file, null, reason, cause);
}
