using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>A value that a test gives to a node: fed, or stored in the file.</summary>
internal sealed record OnnxArgument(Array? Values, long[] Shape, bool IsStored)
{
    /// <summary>An optional input that is left out.</summary>
    public static OnnxArgument None { get; } = new(null, [], true);

    /// <summary>Numbers that look random, between -2 and 2.</summary>
    public static float[] Noise(long[] shape, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 4) - 2))];
    }

    /// <summary>Fed numbers.</summary>
    public static OnnxArgument Fed(params long[] shape) => new(Noise(shape, shape.Length), shape, false);

    /// <summary>Fed numbers between 0.1 and 2.1.</summary>
    public static OnnxArgument Positive(params long[] shape) =>
        new(Noise(shape, 7).Select(value => Math.Abs(value) + 0.1f).ToArray(), shape, false);

    /// <summary>Stored numbers.</summary>
    public static OnnxArgument Stored(params long[] shape) => new(Noise(shape, 3), shape, true);

    /// <summary>Stored numbers of one axis.</summary>
    public static OnnxArgument List(params float[] values) => new(values, [values.Length], true);

    /// <summary>Stored integers of one axis.</summary>
    public static OnnxArgument List(params long[] values) => new(values, [values.Length], true);

    /// <summary>A stored number.</summary>
    public static OnnxArgument Single(float value) => new(new[] { value }, [], true);

    /// <summary>A stored integer.</summary>
    public static OnnxArgument Single(long value) => new(new[] { value }, [], true);

    /// <summary>Fed integers.</summary>
    public static OnnxArgument Integers(long[] values, params long[] shape) => new(values, shape, false);

    /// <summary>Fed truths.</summary>
    public static OnnxArgument Truths(bool[] values, params long[] shape) => new(values, shape, false);
}

/// <summary>A model of one node.</summary>
internal sealed record OnnxCase(string Operation, OnnxArgument[] Arguments, params (string Name, object Value)[] Attributes)
{
    /// <summary>The version of the operation set.</summary>
    public int Opset { get; init; } = 17;

    public int Outputs { get; init; } = 1;

    public byte[] Model()
    {
        var graph = new GraphProto { Name = "case" };
        var node = new NodeProto { OpType = Operation };
        for (int index = 0; index < Arguments.Length; index++)
        {
            OnnxArgument argument = Arguments[index];
            node.Input.Add(argument.Values is null ? "" : $"x{index}");
            if (argument.Values is null)
                continue;
            if (argument.IsStored)
                graph.Initializer.Add(ToProto(argument, $"x{index}"));
            else
                graph.Input.Add(OnnxModels.Value($"x{index}", TypeOf(argument), argument.Shape));
        }
        for (int output = 0; output < Outputs; output++)
        {
            node.Output.Add($"y{output}");
            graph.Output.Add(new ValueInfoProto { Name = $"y{output}" });
        }
        node.Attribute.Add(Attributes.Select(attribute => OnnxModels.Attribute(attribute.Name, attribute.Value)));
        graph.Node.Add(node);
        return OnnxModels.Bytes(graph, Opset);
    }

    /// <summary>What ONNX Runtime computes.</summary>
    public IReadOnlyList<(float[] Values, long[] Shape)> Reference()
    {
        using var session = new InferenceSession(Model());
        NamedOnnxValue[] feeds = [.. Fed().Select(fed => fed.Argument.Values switch
        {
            float[] values => NamedOnnxValue.CreateFromTensor(fed.Name, new DenseTensor<float>(values, Sizes(fed.Argument))),
            long[] values => NamedOnnxValue.CreateFromTensor(fed.Name, new DenseTensor<long>(values, Sizes(fed.Argument))),
            _ => NamedOnnxValue.CreateFromTensor(fed.Name, new DenseTensor<bool>((bool[])fed.Argument.Values!, Sizes(fed.Argument))),
        })];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(feeds);
        return [.. results.Select(result => OnnxModels.ToFloats(result))];
    }

    /// <summary>The inputs that are fed.</summary>
    public IEnumerable<(string Name, OnnxArgument Argument)> Fed() => Arguments
        .Select((argument, index) => (Name: $"x{index}", argument)).Where(item => item.argument is { IsStored: false, Values: not null });

    public static torch.Tensor ToTorch(OnnxArgument argument) => argument.Values switch
    {
        float[] values => tensor(values).reshape(argument.Shape),
        long[] values => tensor(values).reshape(argument.Shape),
        _ => tensor((bool[])argument.Values!).reshape(argument.Shape),
    };

    private static int[] Sizes(OnnxArgument argument) => [.. argument.Shape.Select(size => (int)size)];

    private static TensorProto.Types.DataType TypeOf(OnnxArgument argument) => argument.Values switch
    {
        float[] => TensorProto.Types.DataType.Float,
        long[] => TensorProto.Types.DataType.Int64,
        _ => TensorProto.Types.DataType.Bool,
    };

    private static TensorProto ToProto(OnnxArgument argument, string name) => argument.Values is float[] numbers
        ? OnnxModels.Tensor(name, numbers, argument.Shape) : OnnxModels.Tensor(name, (long[])argument.Values!, argument.Shape);
}

/// <summary>Makes ONNX models.</summary>
internal static class OnnxModels
{
    public static byte[] Bytes(GraphProto graph, int opset = 17)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "tests", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model.ToByteArray();
    }

    public static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params long[] shape)
    {
        var sizes = new TensorShapeProto();
        sizes.Dim.Add(shape.Select(size => size < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "n" }
            : new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = sizes } } };
    }

    public static TensorProto Tensor(string name, float[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float };
        tensor.Dims.Add(shape);
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        return tensor;
    }

    public static TensorProto Tensor(string name, long[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64 };
        tensor.Dims.Add(shape);
        tensor.Int64Data.Add(values);
        return tensor;
    }

    public static NodeProto Node(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        return node;
    }

    public static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeProto.Types.AttributeType.Tensor, tensor);
                break;
            case float[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Floats;
                attribute.Floats.Add(numbers);
                break;
            default:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add((long[])value);
                break;
        }
        return attribute;
    }

    public static (float[] Values, long[] Shape) ToFloats(NamedOnnxValue result) => result.Value switch
    {
        Tensor<float> numbers => ([.. numbers], Shape(numbers.Dimensions)),
        Tensor<long> numbers => ([.. numbers.Select(value => (float)value)], Shape(numbers.Dimensions)),
        Tensor<int> numbers => ([.. numbers.Select(value => (float)value)], Shape(numbers.Dimensions)),
        Tensor<bool> truths => ([.. truths.Select(value => value ? 1f : 0f)], Shape(truths.Dimensions)),
        var other => throw new NotSupportedException($"The reference gives {other?.GetType()}."),
    };

    private static long[] Shape(ReadOnlySpan<int> sizes) => [.. sizes.ToArray().Select(size => (long)size)];
}
