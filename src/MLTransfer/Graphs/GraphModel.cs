using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>
/// A graph of operations as a network for images. It cannot be trained. Its state holds the bytes of the file, so that it is saved,
/// and told from others, as other networks are by their weights.
/// </summary>
internal sealed class GraphModel : ImageModel
{
    /// <summary>The name of the file's bytes in the state.</summary>
    public const string FileName = "graph";

    private readonly byte[] _bytes;
    private readonly string _file;
    private readonly Lock _lock = new();
    // Each stays until the model is disposed: another thread may be running it.
    private readonly Dictionary<string, GraphNetwork> _networks = [];

    /// <param name="bytes">The content of the file.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="facts">What <see cref="GraphImages.Of"/> found.</param>
    public GraphModel(byte[] bytes, string file, GraphImages facts) : base("graph", "classifier", facts.Width)
    {
        (_bytes, _file, Facts) = (bytes, file, facts);
        register_buffer(FileName, tensor(bytes));
        Groups = [new LayerGroup(facts.Output, [], Run, Refuse)];
    }

    /// <summary>What its inputs and outputs are.</summary>
    public GraphImages Facts { get; }

    public override IReadOnlyList<LayerGroup> Groups { get; }

    internal override bool SupportsBFloat16 => false;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (GraphNetwork network in _networks.Values) network.Dispose();
        }
        base.Dispose(disposing);
    }

    private static SymbolicTensor Refuse(SymbolicTensor images) => throw new NotSupportedException(
        "A model whose backbone is a graph cannot be saved as ONNX: only the networks of this library, and your own, can be exported.");

    private Tensor Run(Tensor images) => Facts.Run(NetworkOn(images.device), images);

    private GraphNetwork NetworkOn(Device device)
    {
        lock (_lock)
        {
            string name = device.ToString();
            if (!_networks.TryGetValue(name, out GraphNetwork? network))
                _networks[name] = network = GraphFile.Load(new MemoryStream(_bytes), _file, device);
            return network;
        }
    }
}

/// <summary>How a graph takes images and what it gives for them.</summary>
/// <param name="Input">The node that is fed.</param>
/// <param name="Output">The node whose output is taken.</param>
internal sealed record GraphImages(string Input, string Output)
{
    private const int Channels = 3, UsualSize = 224, LargestSize = 4096;

    /// <summary>Whether channels come last in images, and in maps.</summary>
    public bool ChannelsLast { get; private init; }

    /// <summary>The only side of images it takes; null where it takes any.</summary>
    public int? Size { get; private init; }

    /// <summary>Whether it takes whole numbers from 0 to 255.</summary>
    public bool TakesBytes { get; private init; }

    /// <summary>Whether it takes one image at a time, because its batch size is fixed.</summary>
    public bool OneByOne { get; private init; }

    /// <summary>The number of channels, or the length of the vector.</summary>
    public int Width { get; private init; }

    /// <summary>Whether its output is a vector for each image, perhaps as a map of one position.</summary>
    public bool GivesVectors { get; private init; }

    /// <summary>Whether its output comes from a softmax or a sigmoid.</summary>
    public bool GivesProbabilities { get; private init; }

    /// <summary>Reads a graph's file, which the result of <see cref="Of"/> is then about.</summary>
    /// <exception cref="GraphException">It cannot be read.</exception>
    public static byte[] ReadFile(string path)
    {
        // The errors of a missing file and of a folder are those of loading.
        if (!File.Exists(path)) GraphFile.Load(path, device: null, optimize: false).Dispose();
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, null, $"It cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Finds out how a graph takes images, by its input's shape and by running it on black ones.</summary>
    /// <param name="bytes">The content of the file.</param>
    /// <param name="address">Its name and nodes.</param>
    /// <param name="size">The side of the images where the shape of its input does not say it; null: 224.</param>
    /// <param name="layout">Where the channels are.</param>
    /// <exception cref="GraphException">A node does not exist or cannot be computed, or the graph does not take images.</exception>
    public static GraphImages Of(byte[] bytes, GraphAddress address, int? size = null, ImageLayout layout = ImageLayout.Auto)
    {
        TorchLibrary.Require();
        using GraphNetwork network = GraphFile.Load(new MemoryStream(bytes), address.Path);
        string input = address.Input ?? network.Input.Name, output = address.Output ?? network.Output;
        network.Plan([input], [output]);
        GraphInput? declared = network.Inputs.FirstOrDefault(each => each.Name == input);
        GraphImages facts = new GraphImages(input, output).Taking(network, declared, layout) with
        {
            GivesProbabilities = EndsWithProbabilities(network, output),
        };
        int side = facts.Size ?? size ?? UsualSize;
        if (side > LargestSize)
            throw new GraphException(
                network.File, input, $"Its images would have {side} x {side} pixels; at most {LargestSize} a side are run.");
        return facts.Giving(network, side);
    }

    /// <summary>Runs the graph on images (N, 3, H, W): vectors (N, C) or maps (N, C, H, W) in float32.</summary>
    public Tensor Run(GraphNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor inputs = (ChannelsLast ? images.permute(0, 2, 3, 1) : images).contiguous();
        if (TakesBytes) inputs = inputs.round().clamp(0, byte.MaxValue).to(ScalarType.Byte);
        Tensor result = OneByOne && images.shape[0] > 1 ? cat([.. inputs.split(1).Select(Once)]) : Once(inputs);
        return result.MoveToOuterDisposeScope();

        Tensor Once(Tensor batch)
        {
            GraphValue value = network.Run(new Dictionary<string, GraphValue> { [Input] = batch }, [Output])[0];
            if (!value.IsTensor || value.Shape.Count is not (2 or 4) || value.Shape[0] != batch.shape[0])
                throw new GraphException(network.File, Output,
                    $"It gives {value} for {batch.shape[0]} images; a vector or maps for each are expected: [N, C], [N, H, W, C] or "
                    + "[N, C, H, W].");
            Tensor tensor = value.Tensor.to(ScalarType.Float32);
            return ChannelsLast && tensor.dim() == 4 ? tensor.permute(0, 3, 1, 2) : tensor;
        }
    }

    private GraphImages Taking(GraphNetwork network, GraphInput? declared, ImageLayout layout)
    {
        IReadOnlyList<long>? shape = declared?.Shape;
        bool isSaid = shape is { Count: 4 } && (shape[1] == Channels) != (shape[3] == Channels);
        bool isLast = layout == ImageLayout.Auto
            ? isSaid ? shape![3] == Channels : network.Operations != OnnxOperations.All
            : layout == ImageLayout.ChannelsLast;
        long[] sizes = shape is { Count: 4 } ? isLast ? [shape[1], shape[2], shape[3]] : [shape[2], shape[3], shape[1]]
            : [-1, -1, -1];
        bool isImage = declared is null or { IsText: false, Type: null or ScalarType.Float32 or ScalarType.Byte }
            && shape is null or { Count: 4 } && sizes[2] is -1 or Channels && (sizes[0] == sizes[1] || sizes[0] < 0 || sizes[1] < 0);
        if (!isImage)
            throw new GraphException(network.File, Input,
                $"It takes {declared!.Description}; square color images are expected: float32 or uint8, [N, H, W, 3] or [N, 3, H, W]. "
                + "Name another node as the input: any node's output can be fed.");
        long side = Math.Max(sizes[0], sizes[1]);
        return this with
        {
            ChannelsLast = isLast,
            TakesBytes = declared?.Type == ScalarType.Byte,
            Size = side > 0 ? (int)Math.Min(side, int.MaxValue) : null,
        };
    }

    // Two images tell whether the batch size is free.
    private GraphImages Giving(GraphNetwork network, int size)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        GraphImages facts = this;
        Tensor result;
        try
        {
            result = Run(network, zeros(2, Channels, size, size));
        }
        catch (GraphException)
        {
            facts = this with { OneByOne = true };
            result = facts.Run(network, zeros(1, Channels, size, size));
        }

        return facts with
        {
            Width = checked((int)result.shape[1]),
            GivesVectors = result.dim() == 2 || result.shape[2] * result.shape[3] == 1,
        };
    }

    private static bool EndsWithProbabilities(GraphNetwork network, string output)
    {
        string name = output.EndsWith(":0", StringComparison.Ordinal) ? output[..^2] : output;
        GraphNode? node = network.Nodes.FirstOrDefault(each => each.Name == name);
        // Each step goes to an input, and a graph has no circles.
        while (node is { Operation: "Identity" or "Reshape" or "Squeeze" or "Flatten", Inputs: [{ Node: >= 0 } first, ..] })
            node = network.Nodes[first.Node];
        return node?.Operation is "Softmax" or "Sigmoid";
    }
}

/// <summary>Graphs as backbones.</summary>
internal static class GraphBackbone
{
    /// <summary>The backbone in a file.</summary>
    /// <param name="address">The file and its nodes.</param>
    /// <param name="size">The side of the images where the graph takes any; null: 224.</param>
    /// <exception cref="GraphException">The file cannot be read, or holds no graph that takes images.</exception>
    public static Backbone Open(GraphAddress address, int? size) => Of(address, GraphImages.ReadFile(address.Path), size);

    /// <inheritdoc cref="Open"/>
    /// <param name="address">The name of the file and its nodes.</param>
    /// <param name="bytes">The content of the file.</param>
    /// <param name="size">The side of the images.</param>
    public static Backbone Of(GraphAddress address, byte[] bytes, int? size)
    {
        GraphImages facts = GraphImages.Of(bytes, address, size);
        return Backbone.OfFile(
            address.Name, "graph", facts.Width, PreprocessingOf(facts), () => new GraphModel(bytes, address.Path, facts), facts.Size);
    }

    /// <summary>
    /// Colors from -1 to 1, as most networks of TensorFlow expect them, or whole numbers where the graph takes these, at its size.
    /// </summary>
    public static Preprocessing PreprocessingOf(GraphImages facts)
    {
        Preprocessing colors = facts.TakesBytes ? Preprocessing.Bytes : Preprocessing.Inception;
        return facts.Size is { } size ? colors.ForSize(size) : colors;
    }
}
