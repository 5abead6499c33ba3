using Google.Protobuf;
using Google.Protobuf.Collections;
using MLTransfer.Errors;
using MLTransfer.Files;
using Onnx;
using static Onnx.AttributeProto.Types;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Reads an ONNX model as a graph that can be run.</summary>
internal sealed class OnnxGraphReader
{
    /// <summary>The attribute of each node that holds the version of its operation set.</summary>
    public const string VersionAttribute = "$opset";

    /// <summary>The attribute of each node that holds the number of its outputs.</summary>
    public const string OutputsAttribute = "$outputs";

    private const int OldestVersion = 7, MostNodes = 200_000;

    private readonly string _file;
    private readonly GraphFileErrors _errors;
    private readonly GraphProto _graph;
    private readonly long _version;
    private readonly List<GraphNode> _nodes = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphReference> _outputs = new(StringComparer.Ordinal);

    private OnnxGraphReader(ModelProto model, string file, GraphFileErrors errors)
    {
        (_file, _errors, _graph) = (file, errors, model.Graph);
        _version = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 1;
    }

    /// <summary>Reads a model from a stream that can seek.</summary>
    /// <exception cref="GraphException">It is damaged, too old, or keeps values in other files.</exception>
    public static Graph Read(Stream stream, string file)
    {
        var errors = new GraphFileErrors(file);
        var source = new ByteSource(stream, errors);
        ModelProto model = OnnxReader.Read(source, new ReadBudget(source.Length, errors), errors);
        var reader = new OnnxGraphReader(model, file, errors);
        try
        {
            return reader.ToGraph();
        }
        catch (Exception exception)
        {
            foreach (GraphNode node in reader._nodes.Where(node => node.Value.IsTensor)) node.Value.Tensor.Dispose();
            if (exception is KernelException refusal) throw new GraphException(file, null, refusal.Message, refusal);
            throw;
        }
    }

    private Graph ToGraph()
    {
        if (_version < OldestVersion)
            throw new GraphException(_file, null, $"It uses version {_version} of ONNX's operations; {OldestVersion} and later are run. "
                + "Convert it with onnx.version_converter.");
        if (_graph.Node.Count > MostNodes) throw new GraphException(_file, null, $"It has more than {MostNodes:N0} nodes.");
        foreach (TensorProto initializer in _graph.Initializer)
            Add(initializer.Name, [initializer.Name], Constant(initializer.Name, ToTensor(initializer)));
        // Until version 3 of the format, initializers were listed among the inputs.
        foreach (ValueInfoProto input in _graph.Input.Where(input => !_outputs.ContainsKey(input.Name)))
            Add(input.Name, [input.Name], Input(input));
        // The nodes are in order, but a hostile file may have them in any: inputs are found after all names are known.
        int first = _nodes.Count;
        foreach (NodeProto node in _graph.Node) Add(UniqueName(node), [.. node.Output], new GraphNode { Name = "", Operation = "" });
        for (int index = 0; index < _graph.Node.Count; index++)
            _nodes[first + index] = Node(_graph.Node[index], _nodes[first + index].Name);
        return new Graph(_file, _nodes, _outputs, [.. _graph.Output.Select(output => output.Name)]);
    }

    private void Add(string name, string[] outputs, GraphNode node)
    {
        for (int output = 0; output < outputs.Length; output++)
        {
            if (outputs[output].Length > 0 && !_outputs.TryAdd(outputs[output], new GraphReference(_nodes.Count, output)))
                throw new GraphException(_file, outputs[output], "Two nodes compute this.");
        }
        _names.Add(name);
        _nodes.Add(node.Name.Length > 0 ? node : new GraphNode { Name = name, Operation = node.Operation });
    }

    // Nodes need no name in ONNX, and many exporters give none.
    private string UniqueName(NodeProto node)
    {
        string name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? node.OpType;
        return !_names.Contains(name) && !(_outputs.ContainsKey(name) && !node.Output.Contains(name)) ? name : $"{name}#{_nodes.Count}";
    }

    private GraphNode Node(NodeProto node, string name)
    {
        string operation = node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";
        var attributes = node.Attribute.DistinctBy(attribute => attribute.Name)
            .Select(attribute => (attribute.Name, Value: ToValue(attribute))).Where(attribute => attribute.Value is not null)
            .ToDictionary(attribute => attribute.Name, attribute => attribute.Value!);
        if (operation == "Constant" && ConstantOf(attributes) is { } constant) return Constant(name, constant);
        attributes[VersionAttribute] = _version;
        attributes[OutputsAttribute] = (long)node.Output.Count;
        return new GraphNode
        {
            Name = name,
            Operation = operation,
            Inputs = [.. node.Input.Select(input => Find(input, name))],
            Attributes = attributes,
        };
    }

    private static GraphNode Constant(string name, Tensor value) =>
        new() { Name = name, Operation = "Constant", Kind = GraphNodeKind.Constant, Value = value };

    private static Tensor? ConstantOf(Dictionary<string, object> attributes) => attributes.Values.FirstOrDefault() switch
    {
        GraphValue value => value.Tensor,
        double number => tensor((float)number),
        long number => tensor(number),
        double[] numbers => tensor(numbers).to(ScalarType.Float32),
        long[] numbers => tensor(numbers),
        _ => null,
    };

    private GraphReference Find(string input, string node) => input.Length == 0 ? GraphReference.None
        : _outputs.TryGetValue(input, out GraphReference found) ? found
        : throw new GraphException(_file, node, $"Its input '{Printable.Sanitize(input, 200)}' is computed by no node.");

    private GraphNode Input(ValueInfoProto input)
    {
        TypeProto.Types.Tensor? type = input.Type?.TensorType;
        bool isText = type?.ElemType == (int)DataType.String;
        long[]? shape = type?.Shape is null ? null
            : [.. type.Shape.Dim.Select(size => size.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
                ? size.DimValue : -1)];
        if (shape is not null && (shape.Length > Shapes.MaximumRank || shape.Any(size => size < -1)))
            throw new GraphException(_file, input.Name, $"Its shape {Shapes.Text(shape.Take(Shapes.MaximumRank))} is none.");
        return new GraphNode
        {
            Name = input.Name,
            Operation = "Input",
            Kind = GraphNodeKind.Input,
            IsText = isText,
            Type = isText || type is null ? null : OnnxTypes.TypeOf(type.ElemType),
            Shape = shape,
        };
    }

    private object? ToValue(AttributeProto attribute) => attribute.Type switch
    {
        AttributeType.Float => (double)attribute.F,
        AttributeType.Int => attribute.I,
        AttributeType.String => attribute.S.ToStringUtf8(),
        AttributeType.Tensor => (GraphValue)ToTensor(attribute.T),
        AttributeType.Floats => attribute.Floats.Select(number => (double)number).ToArray(),
        AttributeType.Ints => attribute.Ints.ToArray(),
        AttributeType.Strings => attribute.Strings.Select(text => text.ToStringUtf8()).ToArray(),
        _ => null,
    };

    private Tensor ToTensor(TensorProto proto)
    {
        OnnxTensor stored = OnnxTensor.Of(proto, _errors);
        Shapes.Elements(stored.Shape);
        Tensor values = empty(stored.Shape, OnnxTypes.TypeOf((int)stored.Element.Type));
        stored.Bytes().CopyTo(values.bytes);
        return values;
    }
}

/// <summary>The number formats of ONNX.</summary>
internal static class OnnxTypes
{
    /// <summary>The format of torch for a number of <see cref="DataType"/>.</summary>
    /// <exception cref="KernelException">torch cannot compute with it.</exception>
    public static ScalarType TypeOf(long type) => (DataType)type switch
    {
        DataType.Float => ScalarType.Float32,
        DataType.Double => ScalarType.Float64,
        DataType.Float16 => ScalarType.Float16,
        DataType.Bfloat16 => ScalarType.BFloat16,
        DataType.Bool => ScalarType.Bool,
        DataType.Uint8 => ScalarType.Byte,
        DataType.Int8 => ScalarType.Int8,
        DataType.Int16 => ScalarType.Int16,
        DataType.Int32 => ScalarType.Int32,
        DataType.Int64 => ScalarType.Int64,
        var other => throw new KernelException($"Its type is {other}; numbers of 8 to 64 bits, signed or uint8, and bool are possible."),
    };
}
