using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs.TensorFlow;

/// <summary>A whole frozen network, MobileNet v1 with the weights that TensorFlow trained, written as a GraphDef.</summary>
public sealed class MobileNetGraphTests
{
    private const string Weights = "weights/mobilenet_v1_b12_imagenet.pth";
    private const string Images = "data/hymenoptera/val/ants";

    [NeedsSharedFact(Weights)]
    public void A_frozen_MobileNet_gives_the_features_and_probabilities_of_the_backbone()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("mobilenet_v1_b12").Build(classes: 10);
        StateDict.LoadFile(model, SharedFolder.PathOf(Weights), "mobilenet_v1_b12", model.HeadName);
        using GraphNetwork network = Write(model).Load();
        Tensor images = cat([.. Directory.GetFiles(SharedFolder.PathOf(Images), "*.jpg").Order().Take(3).Select(Load)]);

        using var frozen = new FrozenModel(model, ScalarType.Float32);
        Tensor features = frozen.Features(images), probabilities = frozen.Logits(images).softmax(-1);
        IReadOnlyList<GraphValue> results = network.Run(images.permute(0, 2, 3, 1), "features", "probabilities");

        // Features lie between 0 and 6. The same products in another order: 1e-4 is what the issue asks for.
        Assert.True(allclose(features, results[0].Tensor, 0, 1e-4), $"{(features - results[0].Tensor).abs().max().item<float>()}");
        Assert.True(allclose(probabilities, results[1].Tensor, 0, 1e-5));
        // 25 convolutions with their norms and activations, mean, dense layer with its bias, softmax.
        Assert.Equal(28, network.Plan(["input"], ["probabilities"]).Steps.Count);
    }

    /// <summary>Writes the network as TF-Slim freezes it: NHWC, SAME padding, FusedBatchNorm, Relu6.</summary>
    internal static GraphDefs Write(ImageModel model)
    {
        Dictionary<string, Tensor> state = model.state_dict();
        var graph = new GraphDefs();
        graph.Placeholder("input", DataType.DtFloat, -1, -1, -1, 3);
        string last = "input";
        for (int layer = 0; state.ContainsKey($"features.{layer}.conv.weight"); layer++)
        {
            string key = $"features.{layer}", name = $"MobilenetV1/Conv2d_{layer}";
            Tensor weight = state[$"{key}.conv.weight"];
            // A depthwise filter of torch has one input channel.
            bool depthwise = weight.shape[1] == 1;
            graph.Constant($"{name}/weights", depthwise ? weight.permute(2, 3, 0, 1) : weight.permute(2, 3, 1, 0));
            graph.Node($"{name}/weights/read", "Identity", $"{name}/weights");
            graph.Convolution($"{name}/conv", last, $"{name}/weights/read", "SAME", Stride(layer, weight.shape[2]), depthwise);
            foreach ((string ours, string theirs) in ((string, string)[])
                [("weight", "gamma"), ("bias", "beta"), ("running_mean", "mean"), ("running_var", "variance")])
                graph.Constant($"{name}/norm/{theirs}", state[$"{key}.bn.{ours}"]);
            graph.Norm($"{name}/norm", $"{name}/conv", 1e-3);
            last = graph.Node($"{name}/Relu6", "Relu6", $"{name}/norm").Name;
        }
        graph.Integers("axes", 1, 2);
        graph.Node("features", "Mean", last, "axes");
        graph.Constant("head/weights", state["classifier.weight"].t());
        graph.Constant("head/bias", state["classifier.bias"]);
        graph.Node("head/product", "MatMul", "features", "head/weights");
        graph.Node("logits", "BiasAdd", "head/product", "head/bias");
        graph.Node("probabilities", "Softmax", "logits");
        return graph;
    }

    // The first layer, and every depthwise one after which the maps have half the size (Howard et al. 2017, table 1).
    private static int Stride(int layer, long kernel) => kernel == 3 && layer is 0 or 3 or 7 or 11 or 23 ? 2 : 1;

    private static Tensor Load(string path)
    {
        ImageBatch batch = ImageBatch.LoadOne(ImageSource.FromPath(path), [new Resize(256), new CenterCrop(224)]);
        return ImageTensor.From(batch, Preprocessing.Inception, CPU);
    }
}
