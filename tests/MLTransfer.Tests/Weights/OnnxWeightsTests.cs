using Google.Protobuf;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Models;
using MLTransfer.Tests.Graphs.Onnx;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

public sealed class OnnxWeightsTests : IDisposable
{
    private const int Classes = 5;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Convolutional =>
    [
        "efficientnet_b0", "inception_v3", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "resnet50", "shufflenet_v2_x0_5",
        "squeezenet1_1",
    ];

    [Fact]
    public void Weights_under_the_names_of_the_network_are_read_as_from_any_other_file()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = RandomNetwork("embedded"), other = ModelZoo.Find("embedded").Build(Classes);
        var graph = new GraphProto { Name = "named" };
        foreach ((string name, torch.Tensor value) in network.state_dict().Where(entry => entry.Value.dtype == ScalarType.Float32))
            graph.Initializer.Add(OnnxModels.Tensor(name, value.data<float>().ToArray(), value.shape));
        // What the exporter adds of its own is no weight.
        graph.Initializer.Add(OnnxModels.Tensor("/Constant_output_0", [1f, 2f], 2));
        string file = Write(graph);
        Assert.True(StateDict.LoadFile(other, file, "embedded", other.HeadName));
        Assert.True(Scores(network).allclose(Scores(other)));
        graph.Initializer.RemoveAt(0);
        Assert.Contains("1 missing: conv1.weight", Assert.Throws<WeightsException>(
            () => StateDict.LoadFile(other, Write(graph), "embedded", other.HeadName)).Message, StringComparison.Ordinal);
    }

    // The export folds the batch norms and gives other names.
    [Theory, InlineData("embedded"), InlineData("cifar_resnet20"), InlineData("mobilenet_v1_b12")]
    public void Weights_that_lost_their_names_are_matched_by_the_structure_of_the_graph(string backbone) => Match(backbone);

    [Theory, MemberData(nameof(Convolutional)), Trait("Category", "Long")]
    public void So_are_those_of_other_families(string backbone) => Match(backbone);

    [Theory, InlineData("regnet_y_400mf"), InlineData("densenet121")]
    public void Where_the_order_of_layers_is_not_enough_nothing_is_matched(string backbone)
    {
        using var scope = NewDisposeScope();
        using ImageModel network = RandomNetwork(backbone), other = ModelZoo.Find(backbone).Build(Classes);
        string file = Write(Export(network, backbone).Graph);
        Assert.Throws<WeightsException>(() => StateDict.LoadFile(other, file, backbone, other.HeadName));
    }

    [Fact]
    public void A_shortcut_that_is_computed_first_is_told_from_the_convolution_of_its_shape()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = RandomNetwork("resnet50"), other = ModelZoo.Find("resnet50").Build(Classes);
        GraphProto graph = Export(network, "resnet50").Graph;
        MoveShortcutsForward(graph);
        StateDict.LoadFile(other, Write(graph), "resnet50", other.HeadName);
        Assert.InRange(Zoo.RelativeDifference(Scores(other), Scores(network)), 0, 1e-4);
    }

    [Fact]
    public void A_graph_of_another_network_is_refused_with_what_is_missing()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = RandomNetwork("embedded"), other = ModelZoo.Find("cifar_resnet20").Build(Classes);
        string file = Write(Export(network, "embedded").Graph);
        string message = Assert.Throws<WeightsException>(() => StateDict.LoadFile(other, file, "cifar_resnet20", other.HeadName)).Message;
        Assert.All(["belongs to another network than cifar_resnet20", "missing: conv1.weight"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_can_be_inspected_and_says_its_format()
    {
        using ImageModel network = RandomNetwork("embedded");
        WeightsSummary summary = WeightsFile.Summarize(Write(Export(network, "embedded").Graph));
        Assert.Equal("ONNX", summary.Format);
        Assert.Contains(summary.Tensors, tensor => tensor.Shape.SequenceEqual([32L, 3, 3, 3]));
    }

    [NeedsFeaturizerFact]
    public void The_network_of_MLNETs_featurizer_alone_lacks_its_mean_image()
    {
        using ImageModel network = ModelZoo.Find("resnet18_mlnet").Build(Classes);
        string message = Assert.Throws<WeightsException>(
            () => StateDict.LoadFile(network, FeaturizerPackage.Network, "resnet18_mlnet", network.HeadName)).Message;
        Assert.Contains("1 missing: mean_image", message, StringComparison.Ordinal);
    }

    // As for the other formats: no change of bytes gives another error, and none takes more memory than such a file needs.
    [Fact]
    public void Changed_bytes_give_no_other_error()
    {
        using var scope = NewDisposeScope();
        var graph = new GraphProto { Name = "small" };
        graph.Initializer.Add(OnnxModels.Tensor("fc.weight", [1f, 2f, 3f, 4f], 2, 2));
        graph.Initializer.Add(OnnxModels.Tensor("fc.bias", [1L, 2L], 2));
        graph.Node.Add(OnnxModels.Node("Gemm", ["x", "fc.weight", "fc.bias"], "y", ("transB", 1)));
        byte[] whole = OnnxModels.Bytes(graph);
        var random = new Random(13);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = [.. whole];
            for (int change = 0; change <= round % 3; change++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = round % 5 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            try
            {
                using var file = new OpenWeights(new MemoryStream(bytes), new WeightsErrors("changed.onnx"));
                WeightsFile.Read(file);
            }
            catch (WeightsException)
            {
                // One of them is expected.
            }
        }
    }

    private void Match(string backbone)
    {
        using var scope = NewDisposeScope();
        using ImageModel network = RandomNetwork(backbone), other = ModelZoo.Find(backbone).Build(Classes);
        Assert.True(StateDict.LoadFile(other, Write(Export(network, backbone).Graph), backbone, other.HeadName));
        Assert.InRange(Zoo.RelativeDifference(Scores(other, backbone), Scores(network, backbone)), 0, 1e-4);
    }

    private static ImageModel RandomNetwork(string backbone)
    {
        manual_seed(5);
        ImageModel network = ModelZoo.Find(backbone).Build(Classes);
        RandomWeights.Fill(network);
        return network;
    }

    private static ModelProto Export(ImageModel network, string backbone)
    {
        network.eval();
        Backbone found = ModelZoo.Find(backbone);
        var described = new OnnxDescription(
            backbone, "linear", [.. Enumerable.Range(0, Classes).Select(index => $"{index}")],
            found.Preprocessing.ForSize(Zoo.SmallSide(found)));
        return OnnxModel.Build(network, described, new() { Preprocessing = OnnxPreprocessing.None });
    }

    private static torch.Tensor Scores(ImageModel network, string backbone = "embedded")
    {
        using var frozen = no_grad();
        network.eval();
        int side = Zoo.SmallSide(ModelZoo.Find(backbone));
        return network.call(linspace(-1, 1, 2 * 3 * side * side).view(2, 3, side, side));
    }

    // The shortcut of a block is the convolution that takes the same as its first one.
    private static void MoveShortcutsForward(GraphProto graph)
    {
        foreach (IGrouping<string, NodeProto> block in graph.Node.Where(node => node.OpType == "Conv").GroupBy(node => node.Input[0])
            .ToArray())
        {
            if (block.Count() != 2)
                continue;
            NodeProto shortcut = block.Last();
            graph.Node.Remove(shortcut);
            graph.Node.Insert(graph.Node.IndexOf(block.First()), shortcut);
        }
    }

    private string Write(GraphProto graph)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "tests", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        return _folder.Write("model.onnx", model.ToByteArray());
    }
}
