using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>
/// A network in inference as one TorchScript module, on the processor and for images of one size: it calls oneDNN's operators, with weights
/// in the layout that oneDNN prefers, and with activations and residuals as a part of the layer before them.
/// </summary>
internal sealed class PackedNetwork : IDisposable
{
    private const string Images = "images", ImagesArgument = Images + ": Tensor";
    private static readonly Lazy<bool> Available = new(TryOperators);
    private readonly TorchScript _script;

    /// <summary>Packs a network, or its first layer groups; its own weights are unchanged.</summary>
    /// <param name="model">The network, on the processor.</param>
    /// <param name="type">The number format to compute with: float32 or bfloat16.</param>
    /// <param name="side">The side of the images in pixels.</param>
    /// <param name="batchSize">
    /// The number of images that the weights are laid out for. Other numbers work too, but a single image can take three times as long.
    /// </param>
    /// <param name="groups">How many layer groups are packed, for <see cref="Maps"/> only; null: the whole network.</param>
    /// <exception cref="NotSupportedException">The network, or a part of it, has no form for export.</exception>
    public PackedNetwork(ImageModel model, ScalarType type, long side, int batchSize, int? groups = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var graph = new PackedGraph();
        long[] shape = [-1, 3, side, side];
        graph.Declare(Images, shape);
        var code = new PackedCode(graph, type, model.HeadName, batchSize);
        SymbolicTensor maps = model.ExportMaps(new SymbolicTensor(graph, Images, shape), graph, groups ?? model.Groups.Count);
        string body = code.Statements(graph.Operations, maps.Name);
        ScriptMethod[] methods = groups is null ? Heads(model, maps, graph, code, body, type)
            : [new("maps", ImagesArgument, body, maps.Name)];
        _script = new TorchScript([.. methods, new("pack", "none: Tensor", code.Packing, "none")]);
        try
        {
            foreach (Tensor tensor in code.Tensors) _script.Append(tensor);
            using Tensor nothing = empty(0);
            _script.Run("pack", nothing).Dispose();
        }
        catch
        {
            _script.Dispose();
            throw;
        }

        Side = side;
    }

    /// <summary>
    /// Whether networks can be packed that compute with a number format. libtorch needs oneDNN, which builds for Apple's processors lack,
    /// and bfloat16 the instructions.
    /// </summary>
    public static bool Takes(ScalarType type) =>
        Available.Value && (type == ScalarType.Float32 || type == ScalarType.BFloat16 && ProcessorFeatures.Avx512BFloat16);

    /// <summary>
    /// Whether a failure to pack or run a network means that it has to be called as it is: a network of the user's may have no form for
    /// export, or one with an error, or an operation that libtorch refuses.
    /// </summary>
    public static bool IsRefusal(Exception failure) => failure is not OutOfMemoryException;

    /// <summary>The side of the images in pixels.</summary>
    public long Side { get; }

    /// <summary>Images (N, 3, S, S) to the output of the last packed group.</summary>
    public Tensor Maps(Tensor images) => _script.Run("maps", images);

    /// <summary>Images (N, 3, S, S) to bottleneck features (N, width) in float32.</summary>
    public Tensor Features(Tensor images) => _script.Run("features", images);

    /// <summary>Images (N, 3, S, S) to logits (N, classes) in float32.</summary>
    public Tensor Logits(Tensor images) => _script.Run("logits", images);

    /// <summary>Frees the packed weights.</summary>
    public void Dispose() => _script.Dispose();

    /// <summary>Both ends of a network after its groups, which compute in float32.</summary>
    private static ScriptMethod[] Heads(
        ImageModel model, SymbolicTensor maps, PackedGraph graph, PackedCode code, string body, ScalarType type)
    {
        string exact = type == ScalarType.Float32 ? body
            : $"{body}    {maps.Name} = {PackedCode.To(ScalarType.Float32, maps.Name)}\n";
        return [Method("features", isClassified: false), Method("logits", isClassified: true)];

        ScriptMethod Method(string name, bool isClassified)
        {
            int first = graph.Operations.Count;
            string result = model.ExportHead(maps, graph, isClassified).Name;
            return new(name, ImagesArgument, exact + code.Statements(graph.Operations.Skip(first), result), result);
        }
    }

    // An operator that is in every build, and fails where those of oneDNN are missing. Code that calls one of these could not be loaded
    // there, and would end the process: TorchSharp 0.107 does not catch the error.
    private static bool TryOperators()
    {
        using Tensor one = ones(1);
        using var script = new TorchScript(
            new ScriptMethod("probe", "x: Tensor", "    y = torch.to_dense(torch.to_mkldnn(x, None), None)\n", "y"));
        try
        {
            script.Run("probe", one).Dispose();
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }
}
