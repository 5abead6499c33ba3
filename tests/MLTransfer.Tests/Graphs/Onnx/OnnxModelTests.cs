using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using Onnx;

namespace MLTransfer.Tests.Graphs.Onnx;

public class OnnxModelTests
{
    // Weights and layers have 11 significant bits; the largest difference seen is 3e-3.
    private const float HalfTolerance = 1e-2f;

    private const float Tolerance = 1e-4f;

    [NeedsSharedTheory(OnnxScene.Photographs)]
    [InlineData("linear"), InlineData("dropout:0.3"), InlineData("mlp:16:0.4"), InlineData(null)]
    public void Every_head_is_exported(string? head)
    {
        using var scene = new OnnxScene(ModelZoo.Find("squeezenet1_1"), head: head is null ? null : ClassifierHead.Parse(head));
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(scene.Export()), scene.Expected()), 0, Tolerance);
    }

    [NeedsSharedTheory(OnnxScene.Photographs)]
    [InlineData("mobilenet_v1_b12", 97), InlineData("squeezenet1_0", 53), InlineData("shufflenet_v2_x0_5", 75)]
    public void The_size_of_the_images_may_be_any_that_the_network_takes(string backbone, int side)
    {
        using var scene = new OnnxScene(ModelZoo.Find(backbone), side);
        ModelProto model = scene.Export();
        Assert.Equal(side, model.Graph.Input.Single().Type.TensorType.Shape.Dim[1].DimValue);
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(model), scene.Expected()), 0, Tolerance);
    }

    [NeedsSharedTheory(OnnxScene.Photographs), InlineData(17), InlineData(19), InlineData(20), InlineData(21)]
    public void Every_version_of_the_operators_gives_the_same(int opset)
    {
        using var scene = new OnnxScene(ModelZoo.Find("mobilenet_v3_small"));
        ModelProto model = scene.Export(new() { Opset = opset });
        Assert.Equal(opset, model.OpsetImport.Single().Version);
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(model), scene.Expected()), 0, Tolerance);
    }

    // Dividing logits by two takes the square root of probabilities, but for a constant.
    [NeedsSharedFact(OnnxScene.Photographs)]
    public void A_temperature_is_exported()
    {
        using var scene = new OnnxScene(ModelZoo.Find("cifar_resnet20"));
        string[] labels = [.. Enumerable.Range(0, 5).Select(index => $"class {index}")];
        ModelProto model = OnnxModel.Build(
            scene.Network, new("cifar_resnet20", "linear", labels, scene.Preprocessing) { Temperature = 2 }, new());
        float[][] roots = [.. scene.Expected().Select(MathF.Sqrt).Chunk(labels.Length)];
        float[] expected = [.. roots.SelectMany(row => row.Select(root => root / row.Sum()))];
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(model), expected), 0, Tolerance);
    }

    [NeedsSharedFact(OnnxScene.Photographs)]
    public void Without_preprocessing_the_input_is_what_the_network_sees()
    {
        using var scene = new OnnxScene(ModelZoo.Find("cifar_resnet20"));
        using var session = new OnnxSession(scene.Export(new() { Preprocessing = OnnxPreprocessing.None }).ToByteArray());
        float[] images = [.. scene.Normalized.contiguous().data<float>()];
        float[] actual = session.Run(new DenseTensor<float>(images, [3, 3, scene.Side, scene.Side]));
        Assert.InRange(OnnxScene.LargestDifference(actual, scene.Expected()), 0, Tolerance);
    }

    [NeedsSharedFact(OnnxScene.Photographs)]
    public void A_network_that_takes_blue_first_gets_it_from_images_that_have_red_first()
    {
        using var scene = new OnnxScene(ModelZoo.Find("cifar_resnet20"), channels: ChannelOrder.Bgr);
        using var other = new OnnxScene(ModelZoo.Find("cifar_resnet20"));
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(scene.Export()), scene.Expected()), 0, Tolerance);
        Assert.True(OnnxScene.LargestDifference(other.Exported(other.Export()), scene.Expected()) > 100 * Tolerance);
        string order = scene.Export(new() { Preprocessing = OnnxPreprocessing.None }).MetadataProps
            .Single(entry => entry.Key == "preprocessing").Value;
        Assert.Contains("\"color_order\":\"BGR\"", order, StringComparison.Ordinal);
    }

    [NeedsSharedTheory(OnnxScene.Photographs)]
    [InlineData("squeezenet1_1"), InlineData("mobilenet_v3_small")]
    public void Half_precision_halves_the_file_and_hardly_changes_probabilities(string backbone) => AssertHalf(backbone);

    [NeedsSharedTheory(OnnxScene.Photographs), Trait("Category", "Long")]
    [InlineData("resnet50"), InlineData("convnext_tiny"), InlineData("swin_v2_t"), InlineData("vit_b_32"), InlineData("maxvit_t")]
    public void So_it_does_for_larger_networks(string backbone) => AssertHalf(backbone);

    private static void AssertHalf(string backbone)
    {
        using var scene = new OnnxScene(ModelZoo.Find(backbone));
        ModelProto whole = scene.Export(), half = scene.Export(new() { Precision = OnnxPrecision.Float16 });
        Assert.InRange(OnnxFile.WeightBytes(half) / (double)OnnxFile.WeightBytes(whole), 0.5, 0.51);
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(half), scene.Expected()), 0, HalfTolerance);
    }

    [NeedsSharedFact(OnnxScene.Photographs)]
    public void Weights_too_large_for_one_file_get_a_second_one_beside_it()
    {
        using var scene = new OnnxScene(ModelZoo.Find("mobilenet_v3_small"));
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("model.onnx");
        ModelProto model = scene.Export();
        long bytes = OnnxFile.WeightBytes(model);
        Assert.Equal([path + ".data", path], OnnxFile.Write(path, model, largestInside: bytes - 1));
        Assert.InRange(new FileInfo(path).Length, 1, bytes / 10);
        using var session = new OnnxSession(path);
        float[] actual = session.Run(new DenseTensor<byte>(scene.Pixels, [3, scene.Side, scene.Side, 3]));
        Assert.InRange(OnnxScene.LargestDifference(actual, scene.Expected()), 0, Tolerance);
    }

    [Fact]
    public void The_second_file_of_a_replaced_model_goes_with_it()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("model.onnx");
        ModelProto Small() => new() { Graph = new() { Initializer = { OnnxModels.Tensor("w", new float[1_000], 1_000) } } };
        File.WriteAllText(path + ".data", "of no model");
        Assert.Equal([path], OnnxFile.Write(path, Small()));
        Assert.True(File.Exists(path + ".data"));
        Assert.Equal([path + ".data", path], OnnxFile.Write(path, Small(), largestInside: 0));
        Assert.Equal([path], OnnxFile.Write(path, Small()));
        Assert.False(File.Exists(path + ".data"));
    }

    [Fact]
    public void The_metadata_names_the_classes_in_the_order_of_the_probabilities()
    {
        string[] labels = ["ants", "it's \\ a \"bee\"", "Käfer\n"];
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(3);
        ModelProto model = OnnxModel.Build(network, new("cifar_resnet20", "linear", labels, Preprocessing.Cifar), new());
        var metadata = model.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
        Assert.Equal(labels, JsonSerializer.Deserialize<string[]>(metadata["class_names"]));
        Assert.Equal("""{0: 'ants', 1: 'it\'s \\ a "bee"', 2: 'Käfer\u000a'}""", metadata["names"]);
        Assert.Equal("""
            {"inside":"normalize","input":"uint8 NHWC, 0 to 255","color_order":"RGB","resize_shorter_side":32,"center_crop":32,
            """ + "\"interpolation\":\"bilinear\",\"antialias\":true,\"own_transforms\":null,\"scale\":\"1/255\","
            + "\"mean\":[0.485,0.456,0.406],\"std\":[0.229,0.224,0.225]}", metadata["preprocessing"]);
        Assert.Equal(("cifar_resnet20", "linear"), (metadata["backbone"], metadata["head"]));
        Assert.Equal(("MLTransfer", 8), (model.ProducerName, model.IrVersion));
    }

    [Fact]
    public void All_that_is_wrong_with_the_options_is_told_at_once()
    {
        var options = new OnnxExportOptions { Opset = 9, Precision = (OnnxPrecision)7, Preprocessing = (OnnxPreprocessing)8 };
        Assert.Equal(
            "OnnxExportOptions cannot be used. Preprocessing is 8; it must be one of None, Normalize, Full. Precision is 7; it must be one "
            + "of Float32, Float16. Opset is 9; it must lie between 17 and 21.",
            Assert.Throws<ArgumentException>(options.Checked).Message);
        options = new() { Opset = 17, Preprocessing = OnnxPreprocessing.Full };
        Assert.Contains("Opset is 17; Preprocessing Full needs at least 18", Assert.Throws<ArgumentException>(options.Checked).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Preprocessing_that_adds_a_border_or_has_its_own_transforms_cannot_be_exported_whole()
    {
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(2);
        string Refusal(Preprocessing preprocessing) => Assert.ThrowsAny<ArgumentException>(() => OnnxModel.Build(
            network, new("cifar_resnet20", "linear", ["a", "b"], preprocessing), new() { Preprocessing = OnnxPreprocessing.Full })).Message;
        Assert.Contains("it resizes to 28 pixels and adds a border up to 32", Refusal(Preprocessing.Cifar with { ResizeTo = 28 }),
            StringComparison.Ordinal);
        Assert.Contains("it consists of transforms of its own",
            Refusal(Preprocessing.Cifar with { Transforms = [new Resize(32, 32)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_too_large_for_half_precision_is_told_with_its_layer()
    {
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(2);
        using (TorchSharp.torch.no_grad()) network.get_parameter("linear.weight")!.mul_(1e9f);
        var described = new OnnxDescription("cifar_resnet20", "linear", ["a", "b"], Preprocessing.Cifar);
        Assert.Contains("a weight in 'linear' is too large for float16", Assert.Throws<InvalidOperationException>(
            () => OnnxModel.Build(network, described, new() { Precision = OnnxPrecision.Float16 })).Message, StringComparison.Ordinal);
    }
}
