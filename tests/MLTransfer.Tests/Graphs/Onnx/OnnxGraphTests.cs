using System.Text.Json;
using Google.Protobuf;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>Whole ONNX models on the engine of graphs.</summary>
public class OnnxGraphTests
{
    private const string Golden = "weights/golden/mlnet_resnet18_images.json";
    private const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;

    public static TheoryData<string> Families => [.. Zoo.SmallestOfEachFamily];

    [NeedsSharedTheory(OnnxScene.Photographs), InlineData("embedded"), InlineData("mobilenet_v3_small"), InlineData("shufflenet_v2_x0_5")]
    public void An_exported_network_gives_the_probabilities_of_the_network(string backbone) => Compare(backbone);

    [NeedsSharedTheory(OnnxScene.Photographs), MemberData(nameof(Families)), Trait("Category", "Long")]
    public void So_does_one_of_every_family(string backbone) => Compare(backbone);

    [NeedsFeaturizerFact(Golden)]
    public void The_two_models_of_MLNETs_featurizer_give_its_features()
    {
        string image = JsonSerializer.Deserialize<string[]>(File.ReadAllText(SharedFolder.PathOf(Golden)))![0];
        using var scope = NewDisposeScope();
        using GraphNetwork first = GraphNetwork.Load(FeaturizerPackage.Preprocessing);
        using GraphNetwork second = GraphNetwork.Load(FeaturizerPackage.Network);
        Preprocessing colors = new() { Mean = new(0, 0, 0), StandardDeviation = new(1 / 255f, 1 / 255f, 1 / 255f) };
        ImageBatch batch =
            ImageBatch.LoadOne(new FileImage(SharedFolder.PathOf($"data/hymenoptera/{image}")), colors.EvaluationTransforms());
        Tensor features = second.Run(first.Run(ImageTensor.From(batch, colors, CPU).contiguous())[0])[0].Tensor;
        float[] expected = Npy.Floats(SharedFolder.PathOf("weights/golden/mlnet_resnet18_features.npy"))[..512];
        Assert.InRange(features.data<float>().ToArray().Zip(expected, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-4);
    }

    [Fact]
    public void Inputs_and_outputs_are_those_that_the_file_declares()
    {
        using GraphNetwork network = Load(SmallGraph());
        Assert.Equal(("x", "float32 [?, 3]"), (network.Input.Name, network.Input.Description));
        Assert.Equal("y", network.Output);
        using Tensor x = tensor(new float[] { 1, 2, 3 }).view(1, 3);
        // (x + 1) · 2, of nodes without names.
        Assert.Equal([4f, 6f, 8f], network.Run(x)[0].Tensor.data<float>().ToArray());
        Assert.Equal([2f, 3f, 4f], network.Run(x, "between")[0].Tensor.data<float>().ToArray());
    }

    [Fact]
    public void Images_whose_sizes_are_all_free_have_their_channels_first()
    {
        var graph = new GraphProto { Name = "free" };
        graph.Input.Add(OnnxModels.Value("x", Float, -1, -1, -1, -1));
        graph.Node.Add(OnnxModels.Node("GlobalAveragePool", ["x"], "y"));
        graph.Output.Add(new ValueInfoProto { Name = "y" });
        var facts = GraphImages.Of(OnnxModels.Bytes(graph), new GraphAddress("free.onnx", null, null));
        Assert.Equal((false, 3), (facts.ChannelsLast, facts.Width));
    }

    [Fact]
    public void A_batch_norm_and_an_activation_behind_a_convolution_are_joined_with_it()
    {
        GraphProto graph = Empty(3, 5, 5);
        graph.Initializer.Add(OnnxModels.Tensor("filter", OnnxArgument.Noise([4, 3, 3, 3], 1), 4, 3, 3, 3));
        foreach (string name in (string[])["scale", "bias", "mean"])
            graph.Initializer.Add(OnnxModels.Tensor(name, OnnxArgument.Noise([4], name.Length), 4));
        graph.Initializer.Add(OnnxModels.Tensor("variance", [0.5f, 1f, 2f, 3f], 4));
        graph.Node.Add(OnnxModels.Node("Conv", ["x", "filter"], "maps"));
        graph.Node.Add(OnnxModels.Node("BatchNormalization", ["maps", "scale", "bias", "mean", "variance"], "norm"));
        graph.Node.Add(OnnxModels.Node("Relu", ["norm"], "y"));
        byte[] bytes = OnnxModels.Bytes(graph);
        using GraphNetwork joined = GraphFile.Load(new MemoryStream(bytes), "joined.onnx");
        using GraphNetwork plain = GraphFile.Load(new MemoryStream(bytes), "plain.onnx", optimize: false);
        using Tensor x = tensor(OnnxArgument.Noise([2, 3, 5, 5], 2)).view(2, 3, 5, 5);

        Assert.Single(joined.Plan(["x"], ["y"]).Steps);
        Assert.Equal(3, plain.Plan(["x"], ["y"]).Steps.Count);
        // The same sums in another order.
        Assert.True(allclose(plain.Run(x)[0].Tensor, joined.Run(x)[0].Tensor, 1e-5, 1e-5));
    }

    [Fact]
    public void A_network_outlives_the_dispose_scope_that_it_is_loaded_in()
    {
        GraphProto graph = Empty(3);
        graph.Node.Add(OnnxModels.Node("Shape", ["x"], "shape"));
        graph.Node.Add(OnnxModels.Node("ConstantOfShape", ["shape"], "y", ("value", OnnxModels.Tensor("", [7f], 1))));
        GraphNetwork network;
        using (NewDisposeScope()) network = Load(graph);
        using (network)
        using (Tensor x = ones(1, 3))
            Assert.Equal([7f, 7f, 7f], network.Run(x)[0].Tensor.data<float>().ToArray());
    }

    [Fact]
    public void Unknown_operations_are_named_all_at_once()
    {
        GraphProto graph = SmallGraph();
        graph.Node.Insert(0, OnnxModels.Node("Einsum", ["x"], "a"));
        graph.Node.Insert(1, OnnxModels.Node("STFT", ["a"], "b"));
        graph.Node[2].Input[0] = "b";
        graph.Node[3].Domain = "com.example";
        using GraphNetwork network = Load(graph);
        string message = Assert.Throws<GraphException>(() => network.Plan(["x"], ["y"])).Message;
        Assert.All(["3 operations", "Einsum (node 'a')", "STFT (node 'b')", "com.example.Mul (node 'y')"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_of_old_operations_is_refused() => Assert.Contains("version 6 of ONNX's operations",
        Assert.Throws<GraphException>(() => Load(SmallGraph(), opset: 6)).Message, StringComparison.Ordinal);

    [Theory, MemberData(nameof(BrokenGraphs))]
    public void A_graph_that_contradicts_itself_is_refused(string what, string reason)
    {
        GraphProto graph = SmallGraph();
        Break(graph, what);
        Assert.Contains(reason, Assert.Throws<GraphException>(() => Load(graph)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BrokenGraphs => new()
    {
        { "input", "Its input 'nothing' is computed by no node" },
        { "twice", "Two nodes compute this" },
        { "circle", "Nodes need each other in a circle" },
        { "short", "has 1 values; its shape needs 2" },
        { "huge", "its shape needs 1000000000000000000000000" },
        { "type", "in the element type 9999 of ONNX" },
        { "external", "in another file, which is not read" },
    };

    // Every change of a byte gives a graph, or an error that says what is wrong.
    [Fact]
    public void Changed_bytes_give_no_other_error()
    {
        byte[] whole = OnnxModels.Bytes(SmallGraph());
        var random = new Random(11);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. whole];
            for (int change = 0; change <= round % 3; change++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (round % 5 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                using GraphNetwork network = GraphFile.Load(new MemoryStream(bytes), "changed.onnx");
            }
            catch (GraphException)
            {
                // One of them is expected.
            }
        }
    }

    [Fact]
    public void Many_empty_messages_take_no_memory()
    {
        byte[] model = new byte[1 << 21];
        // A million empty nodes, of two bytes each, in a graph.
        for (int at = 0; at < model.Length; at += 2)
            (model[at], model[at + 1]) = (0x0A, 0);
        byte[] head = [0x08, 8, 0x3A, .. Length(model.Length)];
        string message = Assert.Throws<GraphException>(() => GraphFile.Load(new MemoryStream([.. head, .. model]), "many.onnx")).Message;
        Assert.Contains("It is refused: its content would take", message, StringComparison.Ordinal);
    }

    private static void Compare(string backbone)
    {
        using var scope = NewDisposeScope();
        using var scene = new OnnxScene(ModelZoo.Find(backbone));
        byte[] model = scene.Export().ToByteArray();
        using GraphNetwork network = GraphFile.Load(new MemoryStream(model), "exported.onnx");
        Tensor pixels = tensor(scene.Pixels).view(-1, scene.Side, scene.Side, 3);
        float[] actual = network.Run(pixels)[0].Tensor.contiguous().data<float>().ToArray();
        Assert.InRange(OnnxScene.LargestDifference(actual, scene.Expected()), 0, 1e-4);
    }

    private static GraphNetwork Load(GraphProto graph, int opset = 17) =>
        GraphFile.Load(new MemoryStream(OnnxModels.Bytes(graph, opset)), "small.onnx");

    private static GraphProto Empty(params long[] shape)
    {
        var graph = new GraphProto { Name = "test" };
        graph.Input.Add(OnnxModels.Value("x", Float, [-1, .. shape]));
        graph.Output.Add(new ValueInfoProto { Name = "y" });
        return graph;
    }

    private static GraphProto SmallGraph()
    {
        var graph = new GraphProto { Name = "small" };
        graph.Input.Add(OnnxModels.Value("x", Float, -1, 3));
        // Older files list initializers among the inputs.
        graph.Input.Add(OnnxModels.Value("one", Float, 1));
        graph.Initializer.Add(OnnxModels.Tensor("one", [1f], 1));
        graph.Initializer.Add(OnnxModels.Tensor("two", [2f], 1));
        graph.Node.Add(OnnxModels.Node("Add", ["x", "one"], "between"));
        graph.Node.Add(OnnxModels.Node("Mul", ["between", "two"], "y"));
        graph.Output.Add(OnnxModels.Value("y", Float, -1, 3));
        return graph;
    }

    private static void Break(GraphProto graph, string what)
    {
        TensorProto one = graph.Initializer[0];
        switch (what)
        {
            case "input":
                graph.Node[0].Input[1] = "nothing";
                break;
            case "twice":
                graph.Node[0].Output[0] = "y";
                break;
            case "circle":
                graph.Node[0].Input[1] = "y";
                break;
            case "short":
                one.Dims[0] = 2;
                break;
            case "huge":
                one.Dims.Clear();
                one.Dims.Add([1_000_000_000_000, 1_000_000_000_000]);
                break;
            case "type":
                one.DataType = 9999;
                break;
            default:
                one.DataLocation = TensorProto.Types.DataLocation.External;
                break;
        }
    }

    private static byte[] Length(int value)
    {
        var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            output.WriteLength(value);
        return stream.ToArray();
    }
}
