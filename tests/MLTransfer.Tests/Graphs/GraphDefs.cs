using Google.Protobuf;
using MLTransfer.Graphs;
using Tensorboard;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs;

/// <summary>Writes GraphDefs for tests, node by node.</summary>
internal sealed class GraphDefs
{
    private readonly GraphDef _graph = new() { Versions = new VersionDef { Producer = 27 } };

    public GraphDef Definition => _graph;

    public static GraphNetwork Load(GraphDefs graph, bool optimize = true) =>
        GraphFile.Load(new MemoryStream(graph.Definition.ToByteArray()), "test.pb", optimize: optimize);

    public GraphNetwork Load() => Load(this);

    public NodeDef Node(string name, string operation, params string[] inputs)
    {
        var node = new NodeDef { Name = name, Op = operation };
        node.Input.AddRange(inputs);
        _graph.Node.Add(node);
        return node;
    }

    public NodeDef Placeholder(string name, DataType type = DataType.DtFloat, params long[] shape)
    {
        NodeDef node = Node(name, "Placeholder");
        node.Attr["dtype"] = new AttrValue { Type = type };
        if (shape.Length > 0) node.Attr["shape"] = new AttrValue { Shape = Shape(shape) };
        return node;
    }

    public NodeDef Constant(string name, TensorProto value)
    {
        NodeDef node = Node(name, "Const");
        node.Attr["dtype"] = new AttrValue { Type = value.Dtype };
        node.Attr["value"] = new AttrValue { Tensor = value };
        return node;
    }

    public NodeDef Constant(string name, Tensor values)
    {
        using Tensor dense = values.detach().cpu().contiguous();
        return Constant(name, new TensorProto
        {
            Dtype = dense.dtype switch
            {
                ScalarType.Int32 => DataType.DtInt32,
                ScalarType.Int64 => DataType.DtInt64,
                ScalarType.Bool => DataType.DtBool,
                _ => DataType.DtFloat,
            },
            TensorShape = Shape(dense.shape),
            TensorContent = ByteString.CopyFrom(dense.bytes),
        });
    }

    public NodeDef Integers(string name, params int[] values) => Constant(name, tensor(values));

    public NodeDef Convolution(string name, string input, string filter, string padding, int stride = 1, bool depthwise = false)
    {
        NodeDef node = Node(name, depthwise ? "DepthwiseConv2dNative" : "Conv2D", input, filter);
        node.Attr["padding"] = new AttrValue { S = ByteString.CopyFromUtf8(padding) };
        node.Attr["strides"] = Integers(1, stride, stride, 1);
        return node;
    }

    public NodeDef Norm(string name, string input, double epsilon)
    {
        NodeDef node = Node(name, "FusedBatchNormV3", input, $"{name}/gamma", $"{name}/beta", $"{name}/mean", $"{name}/variance");
        node.Attr["epsilon"] = new AttrValue { F = (float)epsilon };
        node.Attr["is_training"] = new AttrValue { B = false };
        return node;
    }

    public static AttrValue Integers(params ReadOnlySpan<long> values)
    {
        var list = new AttrValue.Types.ListValue();
        foreach (long value in values) list.I.Add(value);
        return new AttrValue { List = list };
    }

    public static TensorShapeProto Shape(params ReadOnlySpan<long> sizes)
    {
        var shape = new TensorShapeProto();
        foreach (long size in sizes) shape.Dim.Add(new TensorShapeProto.Types.Dim { Size = size });
        return shape;
    }
}
