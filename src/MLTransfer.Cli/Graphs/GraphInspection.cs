using System.Globalization;
using MLTransfer.Graphs;
using TorchSharp;

namespace MLTransfer.Cli.Graphs;

/// <summary>What a graph holds, and the shapes of what its nodes give.</summary>
/// <param name="File">The file.</param>
/// <param name="Format">"TensorFlow" or "ONNX".</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">The names of its outputs.</param>
/// <param name="Operations">Its operations by name, with the number of nodes, and whether they are known.</param>
/// <param name="Parameters">The number of values in its constants.</param>
/// <param name="Nodes">The nodes that run, with what they give.</param>
/// <param name="Problem">Why the graph cannot be run, and its nodes have no shapes; null if it can.</param>
internal sealed record GraphInspection(
    string File,
    string Format,
    long Bytes,
    IReadOnlyList<GraphInput> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<OperationCount> Operations,
    long Parameters,
    IReadOnlyList<NodeShape> Nodes,
    string? Problem)
{
    private const long UsualSize = 224;
    private const int ImageAxes = 4, ImageSide = 64;

    /// <param name="path">The file.</param>
    /// <param name="shapes">The shapes to try, by the name of the input.</param>
    /// <exception cref="GraphException">The file holds no graph.</exception>
    internal static GraphInspection Of(string path, IReadOnlyDictionary<string, long[]> shapes)
    {
        using var network = GraphNetwork.Load(path, optimize: false);
        OperationCount[] operations =
        [
            .. network.Nodes.Where(node => node.Kind == GraphNodeKind.Operation).CountBy(node => node.Operation)
                .OrderByDescending(operation => operation.Value).ThenBy(operation => operation.Key, StringComparer.Ordinal)
                .Select(operation => new OperationCount(operation.Key, operation.Value, network.Operations.Knows(operation.Key))),
        ];
        long parameters = network.Nodes
            .Where(node => node.Kind == GraphNodeKind.Constant && node.Value.IsTensor && node.Value.Tensor.is_floating_point())
            .Sum(node => node.Value.Tensor.numel());
        var nodes = new List<NodeShape>();
        var problem = Try(network, shapes, nodes);
        return new(
            path, network.Operations.Format, new FileInfo(path).Length, network.Inputs, network.Outputs, operations, parameters, nodes,
            problem);
    }

    /// <summary>Runs the graph with zeros.</summary>
    /// <returns>Why it cannot be run; null if it can.</returns>
    private static string? Try(GraphNetwork network, IReadOnlyDictionary<string, long[]> shapes, List<NodeShape> nodes)
    {
        using var scope = torch.NewDisposeScope();
        try
        {
            if (network.Outputs.Count == 0)
                return "It has no output that could be found.";
            var needed = network.InputsOf(network.Outputs).Where(input => !input.HasDefault || shapes.ContainsKey(input.Name)).ToArray();
            if (Array.Find(needed, input => !input.IsText && input.Shape is null && !shapes.ContainsKey(input.Name)) is { } unknown)
                return $"Its input '{unknown.Name}' declares no shape; give one with --shape {unknown.Name}=1,224,224,3.";
            network.Run(needed.ToDictionary(input => input.Name, input => Zeros(input, shapes)), network.Outputs, (node, outputs) =>
                nodes.Add(new(node.Name, node.Operation, [.. outputs.Where(value => !value.IsAbsent).Select(value => value.ToString())])));
            return null;
        }
        catch (GraphException failure)
        {
            return failure.Node is null ? failure.Reason : $"Node '{failure.Node}': {failure.Reason}";
        }
    }

    private static GraphValue Zeros(GraphInput input, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (input.IsText)
            return GraphValue.OfBytes(BlackImage());
        var shape = shapes.TryGetValue(input.Name, out var given)
            ? given
            : [.. input.Shape!.Select((size, axis) => size >= 0 ? size : axis > 0 && input.Shape!.Count == ImageAxes ? UsualSize : 1)];
        return torch.zeros(shape, input.Type ?? torch.ScalarType.Float32);
    }

    // A BMP of 24 bits: its header is 54 bytes, all other bytes are 0.
    private static byte[] BlackImage()
    {
        const int header = 54, length = header + (ImageSide * ImageSide * 3);
        byte[] image = new byte[length];
        "BM"u8.CopyTo(image);
        foreach (var (place, value) in ((int, int)[])
            [(2, length), (10, header), (14, 40), (18, ImageSide), (22, ImageSide), (26, 1 | (24 << 16))])
            BitConverter.TryWriteBytes(image.AsSpan(place), value);
        return image;
    }

    /// <summary>Reads NAME=1,224,224,3.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    internal static (string Name, long[] Shape) ParseShape(string text)
    {
        int equals = text.LastIndexOf('=');
        var sizes = text[(equals + 1)..].Split(',').Select(size =>
            int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (long)number : -1).ToArray();
        return equals > 0 && sizes.All(size => size >= 0)
            ? (text[..equals], sizes)
            : throw new FormatException($"'{text}' is no shape; NAME=1,224,224,3 is expected.");
    }
}

/// <summary>An operation of a graph.</summary>
internal sealed record OperationCount(string Name, int Count, bool Known);

/// <summary>A node that runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Operation">Its operation.</param>
/// <param name="Outputs">Type and shape of each output that is needed.</param>
internal sealed record NodeShape(string Name, string Operation, IReadOnlyList<string> Outputs);

/// <summary>An input of a graph.</summary>
internal sealed record GraphInputJson(string Name, string? Type, IReadOnlyList<long>? Shape, bool HasDefault)
{
    internal static GraphInputJson From(GraphInput input) => new(
        input.Name, input.IsText ? "string" : input.Type is { } type ? GraphTypes.Name(type) : null, input.Shape, input.HasDefault);
}

/// <summary>The JSON of 'mlt graph info'.</summary>
internal sealed record GraphInspectionJson(
    string File,
    string Format,
    long Bytes,
    IEnumerable<GraphInputJson> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<OperationCount> Operations,
    long Parameters,
    IReadOnlyList<NodeShape> Nodes,
    string? Problem)
{
    internal static GraphInspectionJson From(GraphInspection inspection) => new(
        inspection.File, inspection.Format, inspection.Bytes, inspection.Inputs.Select(GraphInputJson.From), inspection.Outputs,
        inspection.Operations, inspection.Parameters, inspection.Nodes, inspection.Problem);
}
