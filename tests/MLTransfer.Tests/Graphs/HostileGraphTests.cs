using Google.Protobuf;
using MLTransfer.Graphs;
using MLTransfer.Tests.Graphs.Onnx;
using MLTransfer.Tests.Reference;
using Onnx;
using Tensorboard;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;
using TensorProto = Tensorboard.TensorProto;
using TensorShapeProto = Tensorboard.TensorShapeProto;

namespace MLTransfer.Tests.Graphs;

/// <summary>Files that are damaged or made to do harm: one clear error, no memory taken for what they only claim.</summary>
public sealed class HostileGraphTests
{
    [Fact]
    public void A_file_that_is_no_graph_says_what_it_is()
    {
        Assert.Contains("It is empty", Refusal([]).Replace("; it", " It", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("it is text (.pbtxt)", Refusal("node {\n name: \"x\"\n}"u8), StringComparison.Ordinal);
        Assert.Contains("it is a zip archive", Refusal("PK\x3\x4"u8), StringComparison.Ordinal);
        Assert.Contains("it begins with the bytes 89504E47", Refusal([0x89, 0x50, 0x4E, 0x47]), StringComparison.Ordinal);
        Assert.Contains("It is a SavedModel", Refusal([0x08, 1, 0x12, 0xFF, 0xFF, 3]), StringComparison.Ordinal);
        Assert.Equal(GraphFormat.Onnx, GraphFile.Recognize("model", [0x08, 8, 0x12, 7, .. "pytorch"u8, 0x3A]));
        Assert.Equal(GraphFormat.TensorFlow, GraphFile.Recognize("model", [0x0A, 100, 0x0A, 1, (byte)'x']));
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused_or_a_smaller_graph()
    {
        byte[] whole = Small().Definition.ToByteArray();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            Exception? failure = Record.Exception(() => GraphFile.Load(new MemoryStream(part), "cut.pb").Dispose());
            Assert.True(failure is null or GraphException, $"{length} bytes: {failure}");
        }
    }

    [Fact]
    public void Damaged_bytes_never_cause_another_error()
    {
        byte[] whole = Small().Definition.ToByteArray();
        var random = new Random(5);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] damaged = [.. whole];
            for (int change = 0; change < 3; change++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Exception? failure = Record.Exception(() =>
            {
                using var scope = NewDisposeScope();
                using GraphNetwork network = GraphFile.Load(new MemoryStream(damaged), "damaged.pb");
                network.Run(new Dictionary<string, GraphValue> { ["x"] = ones(1, 4, 4, 1) }, ["y"]);
            });
            Assert.True(failure is null or GraphException, $"round {round}: {failure}");
        }
    }

    [Theory]
    [InlineData("more elements than memory", new long[] { 1 << 20, 1 << 20 }, "at most 1,073,741,824 are possible")]
    [InlineData("sizes whose product overflows", new long[] { long.MaxValue, long.MaxValue, 2 }, "are possible")]
    [InlineData("a negative size", new long[] { 2, -1 }, "has a negative size")]
    [InlineData("an absurd size", new long[] { 2, long.MinValue }, "must be -1 or larger")]
    public void A_constant_of_an_impossible_shape_is_refused(string what, long[] shape, string reason)
    {
        var graph = new GraphDefs();
        graph.Constant("c", new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(shape), FloatVal = { 1 } });

        var refusal = Assert.Throws<GraphException>(graph.Load);
        Assert.Equal("c", refusal.Node);
        Assert.True(refusal.Message.Contains(reason, StringComparison.Ordinal), $"{what}: {refusal.Message}");
    }

    [Fact]
    public void A_constant_of_too_many_axes_is_refused()
    {
        var graph = new GraphDefs();
        long[] shape = [.. Enumerable.Repeat(1L, 33)];
        graph.Constant("c", new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(shape), FloatVal = { 1 } });

        Assert.Contains("sizes must be", Assert.Throws<GraphException>(graph.Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_value_for_a_huge_constant_takes_no_memory_and_its_sum_is_refused()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        TensorShapeProto wide = GraphDefs.Shape(1 << 15, 1, 1 << 15), high = GraphDefs.Shape(1 << 15, 1);
        graph.Constant("c", new TensorProto { Dtype = DataType.DtFloat, TensorShape = wide, FloatVal = { 1 } });
        graph.Constant("d", new TensorProto { Dtype = DataType.DtFloat, TensorShape = high, FloatVal = { 1 } });
        graph.Node("sum", "Add", "c", "d");
        graph.Node("y", "Mul", "sum", "x");
        using GraphNetwork network = graph.Load();

        using Tensor x = ones(1);
        var refusal = Assert.Throws<GraphException>(() => network.Run(x, "y"));
        Assert.Equal("sum", refusal.Node);
        Assert.Contains("elements would be made", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_values_for_a_large_constant_of_a_small_file_are_refused()
    {
        var graph = new GraphDefs();
        graph.Constant("c", new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(1 << 28), FloatVal = { 1, 2 } });

        Assert.Contains("more than the constants of a file of this size may take", Assert.Throws<GraphException>(graph.Load).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_contradict_their_shape_are_refused()
    {
        var more = new GraphDefs();
        more.Constant("c", new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(2), FloatVal = { 1, 2, 3 } });
        var bytes = new GraphDefs();
        bytes.Constant("c", new TensorProto
        {
            Dtype = DataType.DtInt32, TensorShape = GraphDefs.Shape(2), TensorContent = ByteString.CopyFrom(new byte[7]),
        });
        var type = new GraphDefs();
        type.Constant("c", new TensorProto { Dtype = DataType.DtComplex64, TensorShape = GraphDefs.Shape(2) });
        var none = new GraphDefs();
        none.Node("c", "Const");

        AssertRefused(more, "has 2 elements, and 3 values are given");
        AssertRefused(bytes, "needs 8 bytes, and its content has 7");
        AssertRefused(type, "Its type is DtComplex64");
        AssertRefused(none, "This constant has no value");
    }

    [Fact]
    public void Two_nodes_of_a_name_a_missing_input_and_a_circle_are_refused()
    {
        GraphDefs twice = Small();
        twice.Node("y", "Neg", "x");
        GraphDefs missing = Small();
        missing.Node("z", "Neg", "nobody:3");
        GraphDefs control = Small();
        control.Node("z", "Neg", "x", "^nobody");
        var circle = new GraphDefs();
        circle.Node("a", "Neg", "b");
        circle.Node("b", "Neg", "a");

        AssertRefused(twice, "two nodes of this name");
        AssertRefused(missing, "Its input 'nobody:3' does not exist");
        AssertRefused(control, "Its input 'nobody' does not exist");
        AssertRefused(circle, "in a circle: a, b");
    }

    [Fact]
    public void A_name_with_control_characters_does_not_reach_the_terminal()
    {
        GraphDefs graph = Small();
        graph.Node("\u001b[31mred", "Neg", "nobody");

        string message = Assert.Throws<GraphException>(graph.Load).Message;
        Assert.DoesNotContain('\u001b', message);
    }

    [Theory]
    [InlineData("Fill")]
    [InlineData("Tile")]
    [InlineData("Pad")]
    [InlineData("ResizeBilinear")]
    [InlineData("Range")]
    [InlineData("OneHot")]
    public void A_small_graph_that_asks_for_much_memory_is_refused(string operation)
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        const int large = 1 << 20;
        switch (operation)
        {
            case "Fill":
                graph.Integers("shape", large, large);
                graph.Constant("one", tensor(1f));
                graph.Node("y", "Fill", "shape", "one");
                break;
            case "Tile":
                graph.Integers("times", 1, large, large, 1);
                graph.Node("y", "Tile", "x", "times");
                break;
            case "Pad":
                graph.Constant("sides", tensor(new[] { 0, large, 0, large, 0, 0, 0, 0 }, [4, 2]));
                graph.Node("y", "Pad", "x", "sides");
                break;
            case "ResizeBilinear":
                graph.Integers("size", large, large);
                graph.Node("y", "ResizeBilinear", "x", "size");
                break;
            case "Range":
                graph.Constant("zero", tensor(0f));
                graph.Constant("end", tensor(1e12f));
                graph.Constant("step", tensor(1e-6f));
                graph.Node("y", "Range", "zero", "end", "step");
                break;
            default:
                graph.Constant("places", zeros([large], ScalarType.Int32));
                graph.Constant("depth", tensor(large));
                graph.Constant("zero", tensor(0f));
                graph.Node("y", "OneHot", "places", "depth", "zero", "zero");
                break;
        }
        graph.Node("z", "Neg", "y");
        using GraphNetwork network = graph.Load();

        using Tensor x = ones(1, 4, 4, 1);
        var refusal = Assert.Throws<GraphException>(() => network.Run(new Dictionary<string, GraphValue> { ["x"] = x }, ["z"]));
        Assert.Equal("y", refusal.Node);
    }

    [Theory]
    [InlineData("MatMul")]
    [InlineData("_FusedMatMul")]
    [InlineData("Conv2D")]
    [InlineData("Conv2DBackpropInput")]
    public void A_product_of_small_constants_that_would_be_huge_is_refused(string operation)
    {
        const int large = 1 << 20;
        void Ones(GraphDefs graph, string name, params long[] shape) =>
            graph.Constant(name, new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(shape), FloatVal = { 1 } });
        var graph = new GraphDefs();
        graph.Placeholder("x");
        switch (operation)
        {
            case "MatMul":
                Ones(graph, "matrix", 1, large);
                graph.Node("y", "MatMul", "x", "matrix");
                break;
            case "_FusedMatMul":
                Ones(graph, "matrix", 1, large);
                Ones(graph, "bias", large);
                graph.Node("y", "_FusedMatMul", "x", "matrix", "bias").Attr["fused_ops"] =
                    new AttrValue { List = new() { S = { ByteString.CopyFromUtf8("BiasAdd") } } };
                break;
            case "Conv2D":
                Ones(graph, "filter", 1, 1, 1, large);
                graph.Node("images", "Reshape", "x", "shape");
                graph.Integers("shape", 1, 1, large, 1);
                graph.Convolution("y", "images", "filter", "VALID");
                break;
            default:
                Ones(graph, "filter", 1, 1, 1, 1);
                graph.Integers("shape", 1, 1, large, 1);
                graph.Integers("size", 1, 1, 1, 1);
                graph.Node("images", "Reshape", "x", "shape");
                NodeDef node = graph.Node("y", "Conv2DBackpropInput", "size", "filter", "images");
                node.Attr["padding"] = new AttrValue { S = ByteString.CopyFromUtf8("VALID") };
                node.Attr["strides"] = GraphDefs.Integers(1, large, large, 1);
                break;
        }
        using GraphNetwork network = graph.Load();

        using Tensor x = ones(large, 1);
        var refusal = Assert.Throws<GraphException>(() => network.Run(x, "y"));
        Assert.Equal("y", refusal.Node);
        Assert.Contains("elements would be made", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_large_tensors_at_a_time_are_refused_before_all_are_there()
    {
        // Each is a view of one number, which takes no memory; a fifth of 4 GiB is more than may be kept.
        var graph = new GraphProto { Name = "many" };
        graph.Input.Add(OnnxModels.Value("x", global::Onnx.TensorProto.Types.DataType.Int64, 2));
        string[] large = [.. Enumerable.Range(0, 5).Select(index => $"large{index}")];
        graph.Node.Add(large.Select(name => OnnxModels.Node("ConstantOfShape", ["x"], name)));
        graph.Node.Add(OnnxModels.Node("Sum", large, "y"));
        graph.Output.Add(new ValueInfoProto { Name = "y" });
        using GraphNetwork network = GraphFile.Load(new MemoryStream(OnnxModels.Bytes(graph)), "many.onnx");

        using Tensor x = tensor(new long[] { 1 << 15, 1 << 15 });
        var refusal = Assert.Throws<GraphException>(() => network.Run(x, "y"));
        Assert.Contains("take 21,474,836,480 bytes up to here; at most 17,179,869,184 are possible", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Many_empty_messages_in_a_node_take_no_memory()
    {
        // Half a million tensors, of two bytes each, in a list.
        byte[] tensors = new byte[1 << 20];
        for (int at = 0; at < tensors.Length; at += 2) tensors[at] = 0x42;
        byte[] list = Field(0x0A, tensors), entry = [.. Field(0x0A, "v"u8), .. Field(0x12, list)];
        byte[] node = [.. Field(0x0A, "n"u8), .. Field(0x12, "Neg"u8), .. Field(0x2A, entry)];

        Assert.Contains("node 'n'", Refusal(Field(0x0A, [.. Field(0x0A, "n"u8), .. Field(0x12, "Neg"u8), .. Field(0x1A, "m"u8)])),
            StringComparison.Ordinal);
        Assert.Contains("It is refused: its content would take", Refusal(Field(0x0A, node)), StringComparison.Ordinal);

        static byte[] Field(byte tag, ReadOnlySpan<byte> content)
        {
            var stream = new MemoryStream();
            using (var output = new CodedOutputStream(stream, leaveOpen: true)) output.WriteLength(content.Length);
            return [tag, .. stream.ToArray(), .. content];
        }
    }

    [Fact]
    public void An_input_of_absurdly_large_images_is_refused()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtFloat, -1, 1 << 20, 1 << 20, 3);
        graph.Integers("axes", 1, 2);
        graph.Node("y", "Mean", "x", "axes");

        var refusal = Assert.Throws<GraphException>(() =>
            GraphImages.Of(graph.Definition.ToByteArray(), new GraphAddress("large.pb", null, null)));
        Assert.Contains("1048576", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, "must lie between 1 and")]
    [InlineData(-2, 1, "must lie between 1 and")]
    [InlineData(1, long.MaxValue, "must lie between 1 and")]
    public void Impossible_strides_and_dilations_are_refused(long stride, long dilation, string reason)
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        graph.Constant("filter", ones(3, 3, 1, 1));
        NodeDef node = graph.Convolution("y", "x", "filter", "SAME");
        node.Attr["strides"] = GraphDefs.Integers(1, stride, stride, 1);
        node.Attr["dilations"] = GraphDefs.Integers(1, dilation, dilation, 1);
        using GraphNetwork network = graph.Load();

        using Tensor x = ones(1, 4, 4, 1);
        Assert.Contains(reason, Assert.Throws<GraphException>(() => network.Run(x, "y")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_a_missing_file_and_an_integer_division_by_zero_are_clear_errors()
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtInt32);
        graph.Integers("zero", 0);
        graph.Node("y", "FloorDiv", "x", "zero");
        using GraphNetwork network = graph.Load();
        using Tensor x = ones(1, dtype: ScalarType.Int32);

        Assert.Contains("It does not exist", Assert.Throws<GraphException>(() => GraphNetwork.Load(folder.PathOf("no.pb"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("It is a folder", Assert.Throws<GraphException>(() => GraphNetwork.Load(folder.PathOf("."))).Message,
            StringComparison.Ordinal);
        Assert.Contains("divides integers by zero", Assert.Throws<GraphException>(() => network.Run(x)).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(GraphDefs graph, string reason) =>
        Assert.Contains(reason, Assert.Throws<GraphException>(graph.Load).Message, StringComparison.Ordinal);

    private static string Refusal(ReadOnlySpan<byte> content)
    {
        byte[] bytes = content.ToArray();
        return Assert.Throws<GraphException>(() => GraphFile.Load(new MemoryStream(bytes), "test.pb")).Message;
    }

    private static GraphDefs Small()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtFloat, -1, 4, 4, 1);
        graph.Constant("filter", ones(3, 3, 1, 2));
        graph.Convolution("conv", "x", "filter", "SAME", 2);
        graph.Constant("bias", new TensorProto { Dtype = DataType.DtFloat, TensorShape = GraphDefs.Shape(2), FloatVal = { 0.5f } });
        graph.Node("sum", "BiasAdd", "conv", "bias");
        graph.Integers("axes", 1, 2);
        graph.Node("y", "Mean", "sum", "axes");
        return graph;
    }
}
