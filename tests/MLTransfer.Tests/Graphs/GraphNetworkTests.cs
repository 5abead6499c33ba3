using System.Text.RegularExpressions;
using MLTransfer.Graphs;
using MLTransfer.Graphs.TensorFlow;
using MLTransfer.Tests.Reference;
using Tensorboard;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs;

public sealed class GraphNetworkTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Input_and_output_need_no_names_where_there_is_one()
    {
        using GraphNetwork network = Doubling().Load();

        Assert.Equal([2f, 4f], network.Run(tensor([1f, 2f]))[0].Tensor.data<float>());
    }

    [Fact]
    public void Several_outputs_are_listed()
    {
        GraphDefs graph = Doubling();
        graph.Node("other", "Neg", "x");
        using GraphNetwork network = graph.Load();

        var refusal = Assert.Throws<GraphException>(() => network.Output);
        Assert.Contains("2 outputs; name one of 'y', 'other'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_node_can_be_fed_and_fetched()
    {
        GraphDefs graph = Doubling();
        graph.Node("z", "Neg", "y");
        using GraphNetwork network = graph.Load();

        IReadOnlyList<GraphValue> results = network.Run(
            new Dictionary<string, GraphValue> { ["y"] = tensor([5f]) }, ["z", "y", "z:0"]);

        Assert.Equal([-5f, 5f, -5f], results.Select(result => result.Tensor.item<float>()));
    }

    [Fact]
    public void A_fed_output_stays_as_it_is_fed_where_another_output_of_its_node_is_computed()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        graph.Integers("axis", 0);
        graph.Node("parts", "Split", "axis", "x").Attr["num_split"] = new AttrValue { I = 3 };
        graph.Node("y", "Sub", "parts:2", "parts:1");
        using GraphNetwork network = graph.Load();
        var feeds = new Dictionary<string, GraphValue> { ["x"] = tensor([1f, 2f, 3f]), ["parts:1"] = tensor([10f]) };

        Assert.Equal(-7, network.Run(feeds, ["y"])[0].Tensor.item<float>());
    }

    [Fact]
    public void Outputs_that_are_the_same_tensor_live_as_long_as_each_is_needed()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtFloat, -1, -1, -1, 1);
        foreach (string name in (string[])["gamma", "beta", "mean", "variance"]) graph.Constant($"norm/{name}", ones(1));
        graph.Norm("norm", "x", 1e-3).Attr["is_training"] = new AttrValue { B = true };
        using GraphNetwork network = graph.Load();

        // Outputs 1 and 3 are both the mean of the batch; nothing reads output 3.
        IReadOnlyList<GraphValue> results = network.Run(tensor([1f, 3f]).view(1, 1, 2, 1), "norm:1", "norm:4");

        Assert.Equal([2f, 1f], results.Select(result => result.Tensor.item<float>()));
    }

    [Fact]
    public void Unknown_operations_are_named_all_at_once_each_with_a_node()
    {
        GraphDefs graph = Doubling();
        graph.Node("a", "Foo", "y");
        graph.Node("b", "Bar", "a");
        graph.Node("c", "Foo", "b");
        using GraphNetwork network = graph.Load();

        var refusal = Assert.Throws<GraphException>(() => network.Run(tensor([1f]), "c"));
        Assert.Contains("2 operations are not known: Foo (node 'a' and 1 more), Bar (node 'b')", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, network.Run(tensor([1f]), "y")[0].Tensor.item<float>());
    }

    [Fact]
    public void A_missing_input_and_a_mistyped_name_are_named()
    {
        using GraphNetwork network = Doubling().Load();

        Assert.Contains("Values for 'x' are needed", Refusal(() => network.Run(new Dictionary<string, GraphValue>(), ["y"])),
            StringComparison.Ordinal);
        Assert.Contains("no node 'scal'. Did you mean 'scale'?", Refusal(() => network.Run(tensor([1f]), "scal")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_an_input_is_refused_but_the_batch_is_free()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtFloat, 1, 3);
        graph.Node("y", "Neg", "x");
        using GraphNetwork network = graph.Load();

        Assert.Equal([5, 3], network.Run(ones(5, 3))[0].Tensor.shape);
        Assert.Contains("takes float32 [1, 3], and is fed float32 [1, 4]", Refusal(() => network.Run(ones(1, 4))),
            StringComparison.Ordinal);
        Assert.Contains("is fed int64 [1, 3]", Refusal(() => network.Run(ones(1, 3, ScalarType.Int64))), StringComparison.Ordinal);
        Assert.Contains("is fed string []", Refusal(() => network.Run(GraphValue.OfBytes(new byte[3]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_fails_names_its_node()
    {
        GraphDefs graph = Doubling();
        graph.Integers("axis", 7);
        graph.Node("mean", "Mean", "y", "axis");
        using GraphNetwork network = graph.Load();

        var refusal = Assert.Throws<GraphException>(() => network.Run(tensor([1f])));
        Assert.Equal("mean", refusal.Node);
        Assert.Contains("There is no axis 7 in a tensor of 1 axes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_that_is_not_taken_does_not_run_and_may_hold_unknown_operations()
    {
        GraphDefs graph = Doubling();
        graph.Placeholder("is_training", DataType.DtBool);
        graph.Node("switch", "Switch", "y", "is_training");
        graph.Node("training", "Foo", "switch:1");
        graph.Node("inference", "Neg", "switch");
        graph.Node("result", "Merge", "inference", "training");
        using GraphNetwork network = graph.Load();

        Assert.Equal(-2, network.Run(tensor([1f]))[0].Tensor.item<float>());
    }

    [Theory]
    [InlineData(false, -2)]
    [InlineData(true, 4)]
    public void A_fed_condition_chooses_the_branch_at_run_time(bool condition, float expected)
    {
        GraphDefs graph = Doubling();
        graph.Placeholder("is_training", DataType.DtBool);
        graph.Node("switch", "Switch", "y", "is_training");
        graph.Node("pivot", "Identity", "switch:1");
        // A constant of one branch only, held by a control input, as tf.cond writes it.
        graph.Constant("two", tensor(2f)).Input.Add("^pivot");
        graph.Node("training", "Mul", "switch:1", "two");
        graph.Node("inference", "Neg", "switch");
        graph.Node("result", "Merge", "inference", "training");
        using GraphNetwork network = graph.Load();

        var feeds = new Dictionary<string, GraphValue> { ["x"] = tensor([1f]), ["is_training"] = tensor(condition) };
        IReadOnlyList<GraphValue> results = network.Run(feeds, ["result", "result:1"]);

        Assert.Equal(expected, results[0].Tensor.item<float>());
        Assert.Equal(condition ? 1 : 0, results[1].Tensor.item<int>());
    }

    [Fact]
    public void Constants_are_computed_once_and_steps_are_joined()
    {
        GraphDefs graph = ConvolutionNetwork();
        using GraphNetwork plain = GraphDefs.Load(graph, optimize: false), joined = GraphDefs.Load(graph);
        using Tensor images = randn(2, 9, 8, 3);

        // Pad, Conv2D, FusedBatchNorm, Mul, Add, Relu6, Mean, MatMul, BiasAdd, Softmax; the filter's Mul is a constant.
        Assert.Equal(10, plain.Plan(["x"], ["y"]).Steps.Count);
        Assert.Equal(4, joined.Plan(["x"], ["y"]).Steps.Count);
        Tensor expected = plain.Run(images)[0].Tensor, got = joined.Run(images)[0].Tensor;
        // The same sums in another order.
        Assert.True(allclose(expected, got, 1e-5, 1e-6), $"{(expected - got).abs().max().item<float>()}");
    }

    [Fact]
    public void What_somebody_else_reads_is_not_joined_away()
    {
        GraphDefs graph = ConvolutionNetwork();
        using GraphNetwork network = graph.Load();

        IReadOnlyList<GraphValue> results = network.Run(ones(1, 9, 8, 3), "norm", "y");

        Assert.Equal([1, 5, 5, 4], results[0].Tensor.shape);
        Assert.True(network.Plan(["x"], ["norm", "y"]).Steps.Count > network.Plan(["x"], ["y"]).Steps.Count);
    }

    [Fact]
    public void Nothing_but_the_results_stays_in_memory_after_a_run()
    {
        using GraphNetwork network = ConvolutionNetwork().Load();
        using Tensor images = ones(1, 9, 8, 3);
        network.Run(images)[0].Tensor.Dispose();
        long before = Models.LiveTensors.OnThisThread;

        Tensor result = network.Run(images)[0].Tensor;

        Assert.Equal(before + 1, Models.LiveTensors.OnThisThread);
        result.Dispose();
    }

    [Fact]
    public void Several_threads_run_one_network()
    {
        using GraphNetwork network = ConvolutionNetwork().Load();
        float[] Result(int seed)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)seed);
            return [.. network.Run(rand([1, 9, 8, 3], generator: generator))[0].Tensor.data<float>()];
        }

        float[][] alone = [.. Enumerable.Range(0, 16).Select(Result)];
        float[][] together = [.. Enumerable.Range(0, 16).AsParallel().AsOrdered().Select(Result)];

        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_deep_graph_needs_no_deep_stack()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        string last = "x";
        for (int index = 0; index < 5_000; index++) last = graph.Node($"n{index}", index % 2 == 0 ? "Identity" : "Neg", last).Name;
        using GraphNetwork network = graph.Load();

        Assert.Equal(1, network.Run(tensor([1f]), last)[0].Tensor.item<float>());
    }

    [Fact]
    public void The_documentation_lists_the_known_operations()
    {
        string page = File.ReadAllText(Path.Combine(SharedFolder.Repository!, "docs", "graphs.md"));
        string section = page[page.IndexOf("## Known operations", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        string[] ofTheEngine =
            ["Const", "Merge", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "RefMerge", "RefSwitch", "Switch"];

        Assert.Equal(
            TensorFlowOperations.All.Names.Concat(ofTheEngine).Order(StringComparer.Ordinal),
            Regex.Matches(section, "`([A-Za-z0-9_]+)`").Select(match => match.Groups[1].Value));
    }

    private static string Refusal(Action action) => Assert.Throws<GraphException>(action).Message;

    private static GraphDefs Doubling()
    {
        var graph = new GraphDefs();
        graph.Placeholder("x");
        graph.Constant("scale", tensor(2f));
        graph.Node("y", "Mul", "x", "scale");
        return graph;
    }

    private static GraphDefs ConvolutionNetwork()
    {
        using var generator = new Generator(7);
        Tensor Random(params long[] shape) => rand(shape, generator: generator) - 0.4;
        var graph = new GraphDefs();
        graph.Placeholder("x", DataType.DtFloat, -1, -1, -1, 3);
        graph.Constant("sides", tensor(new[] { 0, 0, 1, 2, 1, 2, 0, 0 }, [4, 2]));
        graph.Node("pad", "Pad", "x", "sides");
        graph.Constant("raw", Random(3, 3, 3, 4));
        graph.Constant("two", tensor(2f));
        graph.Node("filter", "Mul", "raw", "two");
        graph.Convolution("conv", "pad", "filter", "VALID", 2);
        foreach (string name in (string[])["gamma", "beta", "mean"]) graph.Constant($"norm/{name}", Random(4));
        graph.Constant("norm/variance", Random(4).abs() + 0.1);
        graph.Norm("norm", "conv", 1e-3);
        graph.Constant("factor", Random(1, 1, 1, 4));
        graph.Node("scaled", "Mul", "factor", "norm");
        graph.Node("shifted", "Sub", "two", "scaled");
        graph.Node("relu", "Relu6", "shifted");
        graph.Integers("axes", 1, 2);
        graph.Node("features", "Mean", "relu", "axes");
        graph.Constant("matrix", Random(4, 5));
        graph.Node("product", "MatMul", "features", "matrix");
        graph.Constant("bias", Random(5));
        graph.Node("logits", "BiasAdd", "product", "bias");
        graph.Node("y", "Softmax", "logits");
        return graph;
    }
}
