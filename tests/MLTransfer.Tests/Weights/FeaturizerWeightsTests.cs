using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

/// <summary>The network of ML.NET's own featurizer, from the package that this project restores.</summary>
public sealed class FeaturizerWeightsTests(FeaturizerWeights weights) : IClassFixture<FeaturizerWeights>
{
    private const string Golden = "weights/golden/mlnet_resnet18_images.json", Photos = "data/hymenoptera/";

    // Both compute in float32, with sums in another order; the features lie between 0 and about 10.
    [NeedsFeaturizerFact(Golden)]
    public void Its_features_are_those_of_MLNETs_featurizer()
    {
        string[] images = JsonSerializer.Deserialize<string[]>(File.ReadAllText(SharedFolder.PathOf(Golden)))!;
        float[] expected = Npy.Floats(SharedFolder.PathOf("weights/golden/mlnet_resnet18_features.npy"));
        using var scope = NewDisposeScope();
        using ImageModel model = weights.Load();
        using var frozen = new FrozenModel(model, ScalarType.Float32);
        for (int index = 0; index < images.Length; index++)
        {
            float[] features = Features(frozen, SharedFolder.PathOf(Photos + images[index]));
            float[] wanted = expected[(index * features.Length)..((index + 1) * features.Length)];
            Assert.InRange(features.Zip(wanted, (ours, theirs) => Math.Abs(ours - theirs)).Max(), 0, 1e-4);
        }
    }

    // An image that is the mean everywhere becomes black, whatever its size, and so all its maps are the same everywhere.
    [NeedsFeaturizerFact]
    public void The_mean_of_images_of_another_size_is_the_resized_one()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = weights.Load();
        model.eval();
        Tensor mean = model.state_dict()["mean_image"].unsqueeze(0);
        Assert.InRange(mean.mean().item<float>(), 90, 130);
        Tensor small = nn.functional.interpolate(mean, [96, 96], mode: InterpolationMode.Bilinear);
        Tensor maps = model.Groups[0].Forward(small), same = model.Groups[0].Forward(mean);
        Assert.InRange((maps - same.mean([2, 3], keepdim: true)).abs().max().item<float>(), 0, 1e-3);
    }

    private static float[] Features(FrozenModel model, string image)
    {
        Preprocessing expected = FeaturizerWeights.Backbone.Preprocessing;
        ImageBatch batch = ImageBatch.LoadOne(new FileImage(image), expected.EvaluationTransforms());
        using Tensor pixels = ImageTensor.From(batch, expected, CPU), features = model.Features(pixels);
        return features.data<float>().ToArray();
    }
}

/// <summary>Those weights, converted once for all tests of a class.</summary>
public sealed class FeaturizerWeights : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal static Backbone Backbone => ModelZoo.Find("resnet18_mlnet");

    /// <summary>A network with them.</summary>
    internal ImageModel Load()
    {
        // Offline: from the package that was restored, whatever feeds this machine has.
        var store = new WeightStore(new() { CacheFolder = _folder.Path, Offline = true });
        LocalWeights weights = store.GetAsync(WeightsReference.Parse("default", Backbone.Name)).GetAwaiter().GetResult();
        ImageModel model = Backbone.Build(classes: 2);
        StateDict.LoadFile(model, weights.Path!, Backbone.Name, model.HeadName);
        return model;
    }

    public void Dispose() => _folder.Dispose();
}
