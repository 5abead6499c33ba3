using System.Text.RegularExpressions;
using MLTransfer.Files;
using MLTransfer.Graphs.Onnx;
using Onnx;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>
/// The initializers of an ONNX file. Exporters often give them other names than the network had, or fold its batch norms, so
/// <see cref="For"/> finds out which tensor of a network each of them is.
/// </summary>
internal sealed partial class OnnxWeights : IWeightsContent
{
    private readonly IReadOnlyList<OnnxTensor> _tensors;
    private readonly OnnxLayers _layers;

    private OnnxWeights(IReadOnlyList<OnnxTensor> tensors, OnnxLayers layers)
    {
        _tensors = tensors;
        _layers = layers;
        Tensors = [.. tensors.Select(tensor => Describe(tensor))];
    }

    public string Format => "ONNX";

    public string Container => "";

    public IReadOnlyList<string> OtherContainers => [];

    public IReadOnlyList<TensorDescription> Tensors { get; }

    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    /// <summary>Opens one file, or several of which each takes what the one before it gives.</summary>
    /// <exception cref="WeightsException">A file is no ONNX model, is damaged, or would take more memory than such a file needs.</exception>
    public static OnnxWeights Open(IReadOnlyList<Stream> files, WeightsErrors errors)
    {
        var tensors = new OrderedDictionary<string, OnnxTensor>(StringComparer.Ordinal);
        var layers = new OnnxLayers();
        foreach (Stream file in files)
        {
            var source = new ByteSource(file, errors);
            GraphProto graph = OnnxReader.Read(source, new ReadBudget(source.Length, errors), errors).Graph;
            var own = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
            foreach (TensorProto initializer in graph.Initializer)
            {
                var tensor = OnnxTensor.Of(initializer, errors);
                if (!own.TryAdd(tensor.Name, tensor) || !tensors.TryAdd(tensor.Name, tensor))
                    throw errors.Damaged($"it has two tensors '{tensor.Name}'");
            }
            layers.Add(graph, own);
        }
        return new([.. tensors.Values], layers);
    }

    /// <summary>
    /// The tensors under the names of a network: as they are where the names agree, else matched by the structure of the graph. What
    /// belongs to no layer of the network keeps its name.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="classifier">The name of its classifier; null where it is like any other layer.</param>
    public IWeightsContent For(nn.Module network, string? classifier)
    {
        OnnxTensor[] named = [.. _tensors.Where(tensor => NameOfNetwork().IsMatch(tensor.Name) && IsFloating(tensor))];
        if (IsNamed(network, named, classifier))
            return new MatchedWeights(this, [.. named.Select(tensor => new MatchedTensor(Describe(tensor), tensor.Bytes))]);
        return new MatchedWeights(this, OnnxMatch.Match(_layers, network, classifier));
    }

    public StoredTensor Read(int index) => ToStored(Tensors[index], _tensors[index].Bytes());

    public bool TryReadInto(int index, Span<byte> target) => false;

    internal static TensorDescription Describe(OnnxTensor tensor, string? name = null) =>
        new(name ?? tensor.Name, TypeOf(tensor.Element.Type), tensor.Shape);

    private static StoredTensor ToStored(TensorDescription tensor, byte[] bytes) => new(tensor.Name, tensor.Type, tensor.Shape, bytes);

    // Under a prefix of its own, names agree too: only most of them decide, so that the error lists the others.
    private static bool IsNamed(nn.Module network, OnnxTensor[] named, string? classifier)
    {
        using var scope = NewDisposeScope();
        string[] wanted = [.. network.state_dict().Keys.Where(name => classifier is null
            || !name.StartsWith(classifier + ".", StringComparison.Ordinal))];
        return wanted.Count(name => named.Any(tensor => tensor.Name.EndsWith(name, StringComparison.Ordinal))) > wanted.Length / 2;
    }

    private static bool IsFloating(OnnxTensor tensor) => TensorConversion.IsFloating(TypeOf(tensor.Element.Type));

    private static TensorType TypeOf(DataType type) => type switch
    {
        DataType.Bool => TensorType.Bool,
        DataType.Uint8 => TensorType.UInt8,
        DataType.Uint16 => TensorType.UInt16,
        DataType.Uint32 => TensorType.UInt32,
        DataType.Uint64 => TensorType.UInt64,
        DataType.Int8 => TensorType.Int8,
        DataType.Int16 => TensorType.Int16,
        DataType.Int32 => TensorType.Int32,
        DataType.Int64 => TensorType.Int64,
        DataType.Float16 => TensorType.Float16,
        DataType.Bfloat16 => TensorType.BFloat16,
        DataType.Double => TensorType.Float64,
        _ => TensorType.Float32,
    };

    // Exporters call constants of their own "onnx::Conv_193" or "/features/Constant_output_0".
    [GeneratedRegex(@"^\w+(\.\w+)+$")]
    private static partial Regex NameOfNetwork();

    /// <summary>Tensors of the file under the names of a network.</summary>
    private sealed class MatchedWeights(OnnxWeights file, IReadOnlyList<MatchedTensor> tensors) : IWeightsContent
    {
        public string Format => file.Format;

        public string Container => file.Container;

        public IReadOnlyList<string> OtherContainers => file.OtherContainers;

        public IReadOnlyList<TensorDescription> Tensors { get; } = [.. tensors.Select(tensor => tensor.Description)];

        public IReadOnlyDictionary<string, string> Metadata => file.Metadata;

        public StoredTensor Read(int index) => ToStored(Tensors[index], tensors[index].Read());

        public bool TryReadInto(int index, Span<byte> target) => false;
    }
}

/// <summary>A tensor of a network that an ONNX file has, or that follows from it.</summary>
/// <param name="Description">Its name in the network, its type and its shape.</param>
/// <param name="Read">Computes its elements, little-endian.</param>
internal sealed record MatchedTensor(TensorDescription Description, Func<byte[]> Read);
