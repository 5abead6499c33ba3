using System.Globalization;
using Google.Protobuf;
using MLTransfer.Files;
using Tensorboard;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>
/// Reads a frozen GraphDef: one node at a time, so that a file needs no more memory than its constants and one node.
/// </summary>
internal sealed class GraphDefReader
{
    private const long MaximumLength = int.MaxValue;
    private const int MaximumNodes = 500_000, MaximumDepth = 64;

    // Constants take at most this many times the bytes of the file, and a little for small files.
    private const int Factor = 16, Constant = 64 << 20;

    // Before this version of GraphDef, a placeholder without sizes had any shape.
    private const int FirstProducerWithScalarPlaceholders = 24;

    private readonly string _file;
    private readonly long _length;
    private readonly GraphFileErrors _errors;
    private readonly TensorProtoReader _constants;
    private readonly List<RawNode> _nodes = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private int _producer;

    private GraphDefReader(string file, long length)
    {
        (_file, _length, _errors) = (file, length, new GraphFileErrors(file));
        _constants = new TensorProtoReader((length * Factor) + Constant);
    }

    /// <summary>A node whose inputs are names still.</summary>
    private sealed record RawNode(
        string Name, string Operation, string[] Inputs, Dictionary<string, object> Attributes, GraphValue Value);

    /// <summary>Reads a graph from a stream that can seek.</summary>
    /// <exception cref="GraphException">It is damaged, or no frozen graph.</exception>
    public static Graph Read(Stream stream, string file)
    {
        if (stream.Length > MaximumLength)
            throw new GraphException(file, null, $"It has {stream.Length:N0} bytes; a GraphDef has at most {MaximumLength:N0}.");
        var reader = new GraphDefReader(file, stream.Length);
        try
        {
            reader.ReadAll(stream);
            return reader.ToGraph();
        }
        catch
        {
            foreach (RawNode node in reader._nodes.Where(node => node.Value.IsTensor)) node.Value.Tensor.Dispose();
            throw;
        }
    }

    private void ReadAll(Stream stream)
    {
        try
        {
            using var input = CodedInputStream.CreateWithLimits(stream, int.MaxValue, MaximumDepth);
            for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case GraphDef.NodeFieldNumber when WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited:
                        ByteString node = input.ReadBytes();
                        new ProtobufSize(new ReadBudget(_length, _errors), _errors).Charge(node.Span, NodeDef.Descriptor);
                        Add(NodeDef.Parser.WithDiscardUnknownFields(true).ParseFrom(node));
                        break;
                    case GraphDef.VersionsFieldNumber when WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited:
                        var versions = new VersionDef();
                        input.ReadMessage(versions);
                        _producer = versions.Producer;
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IOException or ArgumentException)
        {
            throw new GraphException(_file, null,
                $"It is no GraphDef, or damaged, after {_nodes.Count:N0} nodes: {exception.Message} Copy or download it again.", exception);
        }
    }

    private void Add(NodeDef node)
    {
        if (_nodes.Count == MaximumNodes) throw new GraphException(_file, null, $"It has more than {MaximumNodes:N0} nodes.");
        if (node.Name.Length == 0 || node.Op.Length == 0)
        {
            throw new GraphException(
                _file, node.Name, $"Node {_nodes.Count + 1:N0} has no name or no operation; it is no GraphDef, or damaged.");
        }
        if (!_byName.TryAdd(node.Name, _nodes.Count)) throw new GraphException(_file, node.Name, "There are two nodes of this name.");
        try
        {
            Dictionary<string, object> attributes = new(node.Attr.Count, StringComparer.Ordinal);
            GraphValue value = default;
            foreach ((string name, AttrValue attribute) in node.Attr)
            {
                if (attribute.ValueCase == AttrValue.ValueOneofCase.Tensor && name == "value")
                    value = node.Op == "Const" ? _constants.Read(attribute.Tensor) : default;
                else if (ToObject(attribute) is { } known)
                    attributes.Add(name, known);
            }
            if (node.Op == "Const" && value.IsAbsent) throw new KernelException("This constant has no value.");
            _nodes.Add(new RawNode(node.Name, node.Op, [.. node.Input], attributes, value));
        }
        catch (KernelException refusal)
        {
            throw new GraphException(_file, node.Name, refusal.Message, refusal);
        }
    }

    private static object? ToObject(AttrValue attribute) => attribute.ValueCase switch
    {
        AttrValue.ValueOneofCase.I => attribute.I,
        AttrValue.ValueOneofCase.F => (double)attribute.F,
        AttrValue.ValueOneofCase.B => attribute.B,
        AttrValue.ValueOneofCase.S => attribute.S.ToStringUtf8(),
        AttrValue.ValueOneofCase.Type => attribute.Type,
        AttrValue.ValueOneofCase.Shape => attribute.Shape,
        AttrValue.ValueOneofCase.List => ToArray(attribute.List),
        _ => null,
    };

    private static object ToArray(AttrValue.Types.ListValue list) =>
        list.F.Count > 0 ? list.F.Select(value => (double)value).ToArray()
        : list.S.Count > 0 ? list.S.Select(value => value.ToStringUtf8()).ToArray()
        : list.Type.Count > 0 ? list.Type.ToArray()
        : list.I.ToArray();

    private Graph ToGraph()
    {
        if (_nodes.Count == 0) throw new GraphException(_file, null, "It has no nodes; it is no GraphDef, or empty.");
        return new Graph(_file, [.. _nodes.Select(ToNode)]);
    }

    private GraphNode ToNode(RawNode raw)
    {
        var inputs = new List<GraphReference>();
        var controls = new List<int>();
        foreach (string input in raw.Inputs)
        {
            if (input.StartsWith('^'))
                controls.Add(Find(raw, input[1..]).Node);
            else
                inputs.Add(Find(raw, input));
        }
        try
        {
            return ToNode(raw, inputs, controls);
        }
        catch (KernelException refusal)
        {
            throw new GraphException(_file, raw.Name, refusal.Message, refusal);
        }
    }

    private GraphNode ToNode(RawNode raw, List<GraphReference> inputs, List<int> controls)
    {
        GraphNodeKind kind = raw.Operation switch
        {
            "Const" => GraphNodeKind.Constant,
            "Placeholder" or "PlaceholderV2" => GraphNodeKind.Input,
            "PlaceholderWithDefault" when inputs.Count == 1 => GraphNodeKind.InputWithDefault,
            "Switch" or "RefSwitch" when inputs.Count == 2 => GraphNodeKind.Switch,
            "Merge" or "RefMerge" when inputs.Count > 0 => GraphNodeKind.Merge,
            _ => GraphNodeKind.Operation,
        };
        bool isInput = kind is GraphNodeKind.Input or GraphNodeKind.InputWithDefault;
        DataType? type = isInput && raw.Attributes.TryGetValue("dtype", out object? declared) ? declared as DataType? : null;
        long[]? shape = isInput ? ShapeOf(raw) : null;
        GraphValue value = raw.Value;
        // The switch between training and inference: false where nobody feeds it.
        if (kind == GraphNodeKind.Input && type == DataType.DtBool && shape is null or [])
            (kind, value) = (GraphNodeKind.InputWithDefault, TorchSharp.torch.tensor(false));
        return new GraphNode
        {
            Name = raw.Name,
            Operation = raw.Operation,
            Kind = kind,
            Inputs = inputs,
            Controls = controls,
            Attributes = raw.Attributes,
            Value = value,
            Type = type is null or DataType.DtString ? null : TensorProtoReader.TypeOf(type.Value),
            IsText = type == DataType.DtString,
            Shape = shape,
        };
    }

    private long[]? ShapeOf(RawNode raw)
    {
        if (!raw.Attributes.TryGetValue("shape", out object? value)) return null;
        long[]? shape = TensorProtoReader.ShapeOf(value as TensorShapeProto);
        return shape is [] && _producer < FirstProducerWithScalarPlaceholders ? null : shape;
    }

    private GraphReference Find(RawNode node, string input)
    {
        if (_byName.TryGetValue(input, out int index)) return new GraphReference(index, 0);
        int colon = input.LastIndexOf(':');
        if (colon > 0 && int.TryParse(input.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int output)
            && output <= Graph.MostOutputs && _byName.TryGetValue(input[..colon], out index))
            return new GraphReference(index, output);
        throw new GraphException(_file, node.Name, $"Its input '{input}' does not exist.");
    }
}
