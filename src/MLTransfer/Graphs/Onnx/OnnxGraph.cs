using Google.Protobuf;
using MLTransfer.Models;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Collects the operations of a network as the nodes of an ONNX graph.</summary>
/// <param name="type">The number format of constants: float32 or float16.</param>
internal sealed class OnnxGraph(ScalarType type) : NetworkGraph
{
    private readonly Dictionary<string, string> _wholeNumbers = [];

    /// <summary>The graph, whose inputs and outputs are declared last.</summary>
    public GraphProto Proto { get; } = new();

    public override float SmallestSquare => type == ScalarType.Float16 ? 6.2e-5f : 1e-24f;

    public override string Add(string operation, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string name = Unique(operation);
        var node = new NodeProto { Name = name, OpType = operation, Input = { inputs }, Output = { name } };
        foreach ((string attribute, object value) in attributes) node.Attribute.Add(Attribute(attribute, value));
        Proto.Node.Add(node);
        return name;
    }

    public override string Constant(Tensor values) => Constant(values, type);

    /// <summary>Adds a constant in a number format of its own.</summary>
    /// <exception cref="InvalidOperationException">A value is too large for float16.</exception>
    public string Constant(Tensor values, ScalarType format)
    {
        using var scope = NewDisposeScope();
        Tensor converted = values.detach().to(format).cpu().contiguous();
        if (format == ScalarType.Float16 && !converted.isfinite().all().item<bool>())
            throw new InvalidOperationException(
                $"The model is not exported: a weight in '{Scope}' is too large for float16, which ends at 65504. Export it as float32.");
        return Constant(format == ScalarType.Float16 ? TensorProto.Types.DataType.Float16 : TensorProto.Types.DataType.Float, values.shape,
            converted.bytes.ToArray());
    }

    public override string Constant(params long[] values)
    {
        // Most are shapes, axes and offsets, which repeat in every block.
        string key = string.Join(' ', values);
        if (_wholeNumbers.TryGetValue(key, out string? known)) return known;
        byte[] bytes = new byte[values.Length * sizeof(long)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return _wholeNumbers[key] = Constant(TensorProto.Types.DataType.Int64, [values.Length], bytes);
    }

    /// <summary>Declares an input; a dimension is a length or a name.</summary>
    public void Input(string name, TensorProto.Types.DataType element, params ReadOnlySpan<object> shape) =>
        Proto.Input.Add(Declared(name, element, shape));

    /// <summary>Declares the result of the last operation as the output of the graph.</summary>
    public void Output(string name, params ReadOnlySpan<object> shape)
    {
        Proto.Node[^1].Output[0] = name;
        Proto.Output.Add(Declared(name, TensorProto.Types.DataType.Float, shape));
    }

    private static ValueInfoProto Declared(string name, TensorProto.Types.DataType element, ReadOnlySpan<object> shape)
    {
        var declared = new TensorShapeProto();
        foreach (object dimension in shape)
        {
            declared.Dim.Add(dimension is string text
                ? new TensorShapeProto.Types.Dimension { DimParam = text }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension) });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = declared } },
        };
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number },
        double number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)number },
        long[] numbers => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers } },
        string text => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        _ => throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value)),
    };

    private string Constant(TensorProto.Types.DataType format, long[] shape, byte[] bytes)
    {
        string name = Unique("constant");
        Proto.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)format,
            Dims = { shape },
            // The array belongs to this tensor alone; copying it would double the memory of the weights.
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        });
        return name;
    }

    private string Unique(string word)
    {
        string prefix = Scope.Length > 0 ? $"{Scope}/" : "";
        return $"{prefix}{word}_{Proto.Node.Count + Proto.Initializer.Count}";
    }
}
