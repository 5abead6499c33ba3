using MLTransfer.Graphs.Onnx;
using Onnx;
using static Onnx.TensorProto.Types;

namespace MLTransfer.Weights;

/// <summary>The layers with weights of one ONNX graph, or of several in a row, in the order in which they are computed.</summary>
internal sealed class OnnxLayers
{
    private const int ColorChannels = 3;
    private readonly List<OnnxLayer> _layers = [];
    private readonly List<OnnxTensor> _others = [];
    private bool _isReversed;

    /// <summary>The layers; a batch norm that only normalizes a convolution belongs to that.</summary>
    public IReadOnlyList<OnnxLayer> All => _layers;

    /// <summary>The weights of other operations.</summary>
    public IReadOnlyList<OnnxTensor> Others => _others;

    /// <summary>Adds a graph, which takes what those before it give.</summary>
    public void Add(GraphProto graph, IReadOnlyDictionary<string, OnnxTensor> tensors) => new Walk(this, graph, tensors).Run();

    private sealed class Walk(OnnxLayers layers, GraphProto graph, IReadOnlyDictionary<string, OnnxTensor> tensors)
    {
        // The layer that computes a value which only one node uses.
        private readonly Dictionary<string, int> _sources = new(StringComparer.Ordinal);
        // Splits of colors by their last output.
        private readonly Dictionary<string, NodeProto> _splits = graph.Node
            .Where(node => node.OpType == "Split" && node.Output.Count == ColorChannels)
            .DistinctBy(node => node.Output[^1]).ToDictionary(node => node.Output[^1], StringComparer.Ordinal);

        private readonly HashSet<string> _usedOnce =
            [.. graph.Node.SelectMany(node => node.Input).CountBy(name => name).Where(use => use.Value == 1).Select(use => use.Key)];

        public void Run()
        {
            foreach (NodeProto node in graph.Node)
            {
                OnnxTensor?[] weights = [.. node.Input.Select(tensors.GetValueOrDefault)];
                if (TryJoin(node, weights))
                    continue;
                if (Layer(node, weights) is { } layer)
                    Add(node, layer);
                else
                    layers._others.AddRange(weights.OfType<OnnxTensor>().Where(IsWeight));
                layers._isReversed |= node.OpType == "Concat" && IsReversal(node);
            }
        }

        private void Add(NodeProto node, OnnxLayer layer)
        {
            layers._layers.Add(layer with { Input = node.Input[0] });
            if (node.Output.Count > 0 && _usedOnce.Contains(node.Output[0]))
                _sources[node.Output[0]] = layers._layers.Count - 1;
            // Behind the first convolution there are no colors any more.
            layers._isReversed &= layer.Kind != OnnxLayerKind.Convolution;
        }

        // A batch norm joins its convolution, a bias its matrix.
        private bool TryJoin(NodeProto node, OnnxTensor?[] weights)
        {
            if (node.Input.FirstOrDefault(_sources.ContainsKey) is not { } input)
                return false;
            OnnxLayer layer = layers._layers[_sources[input]];
            OnnxLayer? joined = (node.OpType, layer) switch
            {
                ("BatchNormalization", { Kind: OnnxLayerKind.Convolution, Norm: null }) when Layer(node, weights) is { } norm =>
                    layer with { Norm = norm },
                ("Add", { Kind: OnnxLayerKind.Linear, Bias: null }) when Array.Find(weights, tensor => tensor is not null) is { } bias
                    && bias.Shape.Length == 1 && bias.Count == layer.Outputs => layer with { Bias = bias },
                _ => null,
            };
            if (joined is not null)
                layers._layers[_sources[input]] = joined;
            return joined is not null;
        }

        private OnnxLayer? Layer(NodeProto node, OnnxTensor?[] weights) => (node.OpType, weights) switch
        {
            ("Conv", [_, { Shape.Length: 4 } weight, .. var rest]) =>
                new(OnnxLayerKind.Convolution, weight) { Bias = rest.FirstOrDefault(), IsReversed = layers._isReversed },
            ("Gemm", [_, { Shape.Length: 2 } weight, .. var rest]) when Float(node, "alpha", 1) == 1 && Float(node, "beta", 1) == 1 =>
                new(OnnxLayerKind.Linear, weight) { Bias = rest.FirstOrDefault(), IsTransposed = Integer(node, "transB") == 0 },
            ("MatMul", [_, { Shape.Length: 2 } weight]) => new(OnnxLayerKind.Linear, weight) { IsTransposed = true },
            ("Sub", [_, { } mean]) when mean.Count % ColorChannels == 0 && mean.Shape is [.., ColorChannels, > 1, > 1] =>
                new(OnnxLayerKind.MeanImage, mean) { IsReversed = layers._isReversed },
            ("BatchNormalization", [_, { } scale, { } bias, { } mean, { } variance]) => new(OnnxLayerKind.Norm, scale)
            {
                Bias = bias, Mean = mean, Variance = variance, Epsilon = Float(node, "epsilon", 1e-5f),
            },
            _ => null,
        };

        // Split into channels that are then put together in the other order.
        private bool IsReversal(NodeProto node) => node.Input.Count > 0 && _splits.TryGetValue(node.Input[0], out NodeProto? split)
            && split.Output.Reverse().SequenceEqual(node.Input);

        private static bool IsWeight(OnnxTensor tensor) =>
            tensor.Count > ColorChannels && tensor.Element.Type is DataType.Float or DataType.Float16 or DataType.Double;

        private static float Float(NodeProto node, string name, float otherwise) =>
            node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;

        private static long Integer(NodeProto node, string name) =>
            node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? 0;
    }
}

/// <summary>The layers of image classifiers that are matched by structure.</summary>
internal enum OnnxLayerKind
{
    /// <summary>A convolution.</summary>
    Convolution,

    /// <summary>A batch norm of its own.</summary>
    Norm,

    /// <summary>A linear layer.</summary>
    Linear,

    /// <summary>The mean of the images, which is subtracted from them.</summary>
    MeanImage,
}

/// <summary>A layer of an ONNX graph.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="Weight">Its kernel, scale or mean image.</param>
internal sealed record OnnxLayer(OnnxLayerKind Kind, OnnxTensor Weight)
{
    /// <summary>The name of the value that it takes.</summary>
    public string Input { get; init; } = "";

    /// <summary>What it adds; null for nothing.</summary>
    public OnnxTensor? Bias { get; init; }

    /// <summary>The mean of a batch norm.</summary>
    public OnnxTensor? Mean { get; init; }

    /// <summary>The variance of a batch norm.</summary>
    public OnnxTensor? Variance { get; init; }

    /// <summary>The ε of a batch norm.</summary>
    public double Epsilon { get; init; }

    /// <summary>The batch norm after a convolution, if it has one.</summary>
    public OnnxLayer? Norm { get; init; }

    /// <summary>Whether the kernel of a linear layer is stored as (inputs, outputs).</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Whether it takes blue, green, red.</summary>
    public bool IsReversed { get; init; }

    /// <summary>The number of its outputs, or of the channels of a norm.</summary>
    public long Outputs => IsTransposed ? Weight.Shape[^1] : Weight.Shape.FirstOrDefault();
}
