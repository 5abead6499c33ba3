using Google.Protobuf;
using MLTransfer.Tests.Graphs;
using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

/// <summary>A TensorFlow graph that tells blue images from green ones by the mean of each channel.</summary>
internal static class ColorGraph
{
    /// <summary>The side of its images.</summary>
    public const int Side = 8;

    /// <summary>Writes the graph: <c>images</c>, <c>maps</c>, <c>features</c> (3), <c>logits</c> and <c>probabilities</c> (2).</summary>
    public static string Write(string path, params long[] shape)
    {
        GraphDefs graph = Create(DataType.DtFloat, shape.Length > 0 ? shape : [-1, Side, Side, 3]);
        File.WriteAllBytes(path, graph.Definition.ToByteArray());
        return path;
    }

    /// <summary>Writes the same graph for whole numbers from 0 to 255.</summary>
    public static string WriteForBytes(string path)
    {
        var graph = new GraphDefs();
        graph.Placeholder("bytes", DataType.DtUint8, -1, -1, -1, 3);
        NodeDef cast = graph.Node("cast", "Cast", "bytes");
        cast.Attr["SrcT"] = new AttrValue { Type = DataType.DtUint8 };
        cast.Attr["DstT"] = new AttrValue { Type = DataType.DtFloat };
        graph.Constant("scale", tensor(2 / 255f));
        graph.Node("scaled", "Mul", "cast", "scale");
        graph.Constant("one", tensor(1f));
        graph.Node("images", "Sub", "scaled", "one");
        Classify(graph, channelsLast: true);
        File.WriteAllBytes(path, graph.Definition.ToByteArray());
        return path;
    }

    public static GraphDefs Create(DataType type, params long[] shape)
    {
        var graph = new GraphDefs();
        graph.Placeholder("images", type, shape);
        Classify(graph, channelsLast: shape[^1] == 3);
        return graph;
    }

    private static void Classify(GraphDefs graph, bool channelsLast)
    {
        graph.Node("maps", "Relu6", "images");
        graph.Integers("axes", channelsLast ? [1, 2] : [2, 3]);
        graph.Node("features", "Mean", "maps", "axes");
        graph.Constant("matrix", tensor(new float[] { 0, 0, 0, 5, 5, 0 }, [3, 2]));
        graph.Node("logits", "MatMul", "features", "matrix");
        graph.Node("probabilities", "Softmax", "logits");
    }
}
