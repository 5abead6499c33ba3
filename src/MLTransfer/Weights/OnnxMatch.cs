using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Models.Families;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>
/// Finds the layers of a network in an ONNX graph whose names are lost: those of the same kind and shape belong together in their order,
/// which exporters keep.
/// </summary>
internal static partial class OnnxMatch
{
    // Where the order of the layers is known to be enough: in other networks weights might silently end up in the wrong layer.
    private static readonly HashSet<Type> Families =
    [
        typeof(CifarResNet), typeof(EfficientNet), typeof(InceptionV3), typeof(MnasNet), typeof(MobileNetV1), typeof(MobileNetV2),
        typeof(MobileNetV3), typeof(ResNet), typeof(ShuffleNetV2), typeof(SmallResNet), typeof(SqueezeNet),
    ];

    /// <summary>
    /// The tensors of the network that the graph has; those of other layers keep their names, and so do all in a network of a family whose
    /// layers cannot be told apart by their order.
    /// </summary>
    /// <param name="graph">The layers of the graph.</param>
    /// <param name="network">The network.</param>
    /// <param name="classifier">The name of its classifier, which may have another number of classes; null where it is like any other
    /// layer.</param>
    public static IReadOnlyList<MatchedTensor> Match(OnnxLayers graph, nn.Module network, string? classifier)
    {
        var found = new List<MatchedTensor>();
        var left = graph.All.ToList();
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        using (NewDisposeScope())
        {
            foreach (NetworkLayer layer in Families.Contains(network.GetType()) ? NetworkLayer.Of(network, classifier) : [])
            {
                // Exporters compute a shortcut before or after the block, and its convolution may have the shape of another one there: it
                // takes what the block takes.
                string? block = layer.Block is { } name ? inputs.GetValueOrDefault(name) : null;
                OnnxLayer? same = Take(left, layer, candidate => block is null || (candidate.Input == block) == layer.IsShortcut);
                if (same is not null)
                    found.AddRange(Tensors(layer, same));
                if (same is not null && layer.Block is { } first)
                    inputs.TryAdd(first, same.Input);
                // A batch norm that does not follow the convolution in the graph is a layer of its own there.
                if (same is { Norm: null, Bias: null } && layer.Norm is { } norm && Take(left, norm, _ => true) is { } apart)
                    found.AddRange(Tensors(norm, apart));
            }
        }
        return [.. found, .. left.Select(layer => layer.Weight).Concat(graph.Others).DistinctBy(tensor => tensor.Name)
            .Select(tensor => new MatchedTensor(OnnxWeights.Describe(tensor), tensor.Bytes))];
    }

    private static OnnxLayer? Take(List<OnnxLayer> left, NetworkLayer layer, Predicate<OnnxLayer> fits)
    {
        int index = left.FindIndex(candidate => layer.IsLike(candidate) && fits(candidate));
        if (index < 0)
            return null;
        OnnxLayer taken = left[index];
        left.RemoveAt(index);
        return taken;
    }

    private static IEnumerable<MatchedTensor> Tensors(NetworkLayer layer, OnnxLayer same)
    {
        yield return new(OnnxWeights.Describe(same.Weight, layer.WeightName) with { Shape = ShapeOf(layer, same) }, () => Values(same));
        if (same.Bias is { } bias && !(layer.Norm is not null && same.Norm is null))
            yield return new(OnnxWeights.Describe(bias, layer.Name + ".bias"), bias.Bytes);
        else if (layer.HasBias)
            yield return Constant(layer.Name + ".bias", same.Outputs, 0);
        IEnumerable<MatchedTensor> others = (layer, same) switch
        {
            ({ Kind: OnnxLayerKind.Norm }, _) => Statistics(layer, same),
            ({ Norm: { } norm }, { Norm: { } own }) => Tensors(norm, own),
            ({ Norm: { } norm }, { Bias: { } folded }) => Folded(norm, folded),
            _ => [],
        };
        foreach (MatchedTensor tensor in others)
            yield return tensor;
    }

    private static IEnumerable<MatchedTensor> Statistics(NetworkLayer layer, OnnxLayer norm)
    {
        yield return new(OnnxWeights.Describe(norm.Mean!, layer.Name + ".running_mean"), norm.Mean!.Bytes);
        double difference = norm.Epsilon - layer.Epsilon;
        // ε is written in single precision.
        if (Math.Abs(difference) <= 1e-3 * layer.Epsilon)
            yield return new(OnnxWeights.Describe(norm.Variance!, layer.Name + ".running_var"), norm.Variance!.Bytes);
        else
            yield return new(new(layer.Name + ".running_var", TensorType.Float32, norm.Variance!.Shape),
                () => Bytes([.. Floats(norm.Variance).Select(variance => (float)(variance + difference))]));
    }

    // The exporter multiplied the norm into the convolution: a norm that only adds the bias gives the same result.
    private static IEnumerable<MatchedTensor> Folded(NetworkLayer norm, OnnxTensor bias) =>
    [
        Constant(norm.WeightName, bias.Count, 1),
        new(OnnxWeights.Describe(bias, norm.Name + ".bias"), bias.Bytes),
        Constant(norm.Name + ".running_mean", bias.Count, 0),
        Constant(norm.Name + ".running_var", bias.Count, (float)(1 - norm.Epsilon)),
    ];

    private static MatchedTensor Constant(string name, long count, float value) =>
        new(new(name, TensorType.Float32, [count]), () => Bytes([.. Enumerable.Repeat(value, (int)count)]));

    private static long[] ShapeOf(NetworkLayer layer, OnnxLayer same) => same switch
    {
        { Kind: OnnxLayerKind.MeanImage } => layer.Shape,
        { IsTransposed: true } => [same.Weight.Shape[1], same.Weight.Shape[0]],
        _ => same.Weight.Shape,
    };

    private static byte[] Values(OnnxLayer layer)
    {
        byte[] bytes = layer.Weight.Bytes();
        long[] shape = layer.Weight.Shape;
        int size = layer.Weight.Element.Size;
        if (layer.IsTransposed)
            return Permute(bytes, 1, shape[0], shape[1], size, (row, column) => (column * shape[0]) + row);
        if (!layer.IsReversed)
            return bytes;
        int channels = Array.IndexOf(shape, 3L, layer.Kind == OnnxLayerKind.Convolution ? 1 : 0);
        if (channels < 0)
            return bytes;
        long inner = shape[(channels + 1)..].Aggregate(1L, (product, side) => product * side);
        return Permute(bytes, bytes.Length / (3 * inner * size), 3, 1, (int)inner * size, (row, _) => 2 - row);
    }

    // Moves items within each of several tables.
    private static byte[] Permute(byte[] bytes, long tables, long rows, long columns, int size, Func<long, long, long> target)
    {
        byte[] moved = new byte[bytes.Length];
        for (long table = 0; table < tables; table++)
        {
            long start = table * rows * columns;
            for (long item = 0; item < rows * columns; item++)
            {
                bytes.AsSpan((int)((start + item) * size), size)
                    .CopyTo(moved.AsSpan((int)((start + target(item / columns, item % columns)) * size)));
            }
        }
        return moved;
    }

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static float[] Floats(OnnxTensor tensor)
    {
        using var scope = NewDisposeScope();
        TensorDescription description = OnnxWeights.Describe(tensor);
        Tensor values = TorchTensors.ToTorch(new(tensor.Name, description.Type, tensor.Shape, tensor.Bytes()));
        return values.to(ScalarType.Float32).data<float>().ToArray();
    }

    /// <summary>A layer of a network.</summary>
    private sealed partial record NetworkLayer(string Name, OnnxLayerKind Kind, long[] Shape)
    {
        public string WeightName => Kind == OnnxLayerKind.MeanImage ? Name : Name + ".weight";

        public bool HasBias { get; private init; }

        /// <summary>The ε of a batch norm.</summary>
        public double Epsilon { get; private init; }

        /// <summary>The batch norm registered after a convolution, if it has as many channels.</summary>
        public NetworkLayer? Norm { get; private init; }

        /// <summary>The block of a ResNet that it is in, up to its first convolution or shortcut; null elsewhere.</summary>
        public string? Block => Kind == OnnxLayerKind.Convolution && BlockPart().Match(Name) is { Success: true } match
            ? match.Groups[1].Value : null;

        /// <summary>Whether it is on the shortcut of such a block.</summary>
        public bool IsShortcut => Name.EndsWith(".downsample.0", StringComparison.Ordinal);

        /// <summary>Whether it may have another number of outputs.</summary>
        private bool IsClassifier { get; init; }

        /// <summary>Whether a layer of a graph is of the same kind and shape.</summary>
        public bool IsLike(OnnxLayer layer)
        {
            ReadOnlySpan<long> shape = ShapeOf(this, layer);
            return layer.Kind == Kind && layer.Weight.Count == (IsClassifier ? layer.Weight.Count : Shape.Aggregate(1L, (a, b) => a * b))
                && (IsClassifier ? shape[1..].SequenceEqual(Shape.AsSpan(1)) : shape.SequenceEqual(Shape));
        }

        public static List<NetworkLayer> Of(nn.Module network, string? classifier)
        {
            Dictionary<string, Tensor> state = network.state_dict();
            Dictionary<string, double> epsilons = network.named_modules()
                .Where(item => item.module is TorchSharp.Modules.BatchNorm2d)
                .ToDictionary(item => item.name, item => ((TorchSharp.Modules.BatchNorm2d)item.module).eps);
            var layers = new List<NetworkLayer>();
            foreach ((string key, Tensor tensor) in state)
            {
                if (key == ResNet.MeanImage)
                    layers.Add(new(key, OnnxLayerKind.MeanImage, tensor.shape));
                if (!key.EndsWith(".weight", StringComparison.Ordinal))
                    continue;
                string name = key[..^".weight".Length];
                var layer = new NetworkLayer(name, KindOf(tensor.shape), tensor.shape)
                {
                    HasBias = state.ContainsKey(name + ".bias"),
                    Epsilon = epsilons.GetValueOrDefault(name),
                    IsClassifier = classifier is not null
                        && (name == classifier || name.StartsWith(classifier + ".", StringComparison.Ordinal)),
                };
                if (layer.Kind == OnnxLayerKind.Norm && layers is [.., { Kind: OnnxLayerKind.Convolution, Norm: null } convolution]
                    && convolution.Shape[0] == layer.Shape[0])
                    layers[^1] = convolution with { Norm = layer };
                else
                    layers.Add(layer);
            }
            return layers;
        }

        [GeneratedRegex(@"^(.+\.\d+)\.(conv\d|downsample\.0)$")]
        private static partial Regex BlockPart();

        private static OnnxLayerKind KindOf(long[] shape) => shape.Length switch
        {
            4 => OnnxLayerKind.Convolution,
            2 => OnnxLayerKind.Linear,
            _ => OnnxLayerKind.Norm,
        };
    }
}
