using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Graphs;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class GraphBackboneTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 20);
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _graph;

    public GraphBackboneTests() => _graph = ColorGraph.Write(_folder.PathOf("model.pb"));

    private FeatureExtractionOptions Options =>
        new() { Backbone = $"graph:{_graph}#features", Epochs = 40, LearningRate = 0.05, Device = DeviceKind.Cpu };

    [Fact]
    public void A_head_is_trained_on_a_node_and_the_model_needs_the_file_no_longer()
    {
        using ImageClassificationTransformer model = Trainings.Train(Options, _images.Path);
        Assert.Equal("graph:model.pb#features", model.Backbone);
        IDataView data = _ml.Data.LoadImageFolder(_images.Path);
        Assert.Equal(1, _ml.MulticlassClassification.Evaluate(model.Transform(Trainings.Keyed(_ml, data))).MicroAccuracy);
        var refusal = Assert.Throws<NotSupportedException>(() => model.SaveOnnx(new MemoryStream()));
        Assert.Contains("whose backbone is a graph cannot be saved as ONNX", refusal.Message, StringComparison.Ordinal);
        float[][] expected = Trainings.Scores(model, _images.Path);
        _ml.Model.Save(model, data.Schema, _folder.PathOf("model.zip"));
        File.Delete(_graph);
        using ImageClassificationTransformer loaded = SavedModel.Open(_folder.PathOf("model.zip"));
        Assert.Equal(expected, Trainings.Scores(loaded, _images.Path));
    }

    [Fact]
    public void Its_features_are_kept_like_those_of_other_backbones_and_told_from_those_of_another_graph()
    {
        using var cache = new TemporaryFolder();
        FeatureExtractionOptions cached = Options with { CacheFolder = cache.Path, Epochs = 1 };
        float[][] first = Train(cached), again = Train(cached);
        Assert.Equal(first, again);
        Assert.Single(Directory.GetFiles(cache.Path, "*.features", SearchOption.AllDirectories));
        ColorGraph.Write(_graph, -1, 16, 16, 3);
        Train(cached);
        Assert.Equal(2, Directory.GetFiles(cache.Path, "*.features", SearchOption.AllDirectories).Length);

        float[][] Train(FeatureExtractionOptions options)
        {
            using ImageClassificationTransformer model = Trainings.Train(options, _images.Path);
            return Trainings.Scores(model, _images.Path);
        }
    }

    [Fact]
    public void The_featurizer_takes_any_node_of_a_graph_and_any_that_is_fed()
    {
        IDataView data = _ml.Data.LoadImageFolder(_images.Path);
        var options = new ImageFeatureOptions { Backbone = $"graph:{_graph}#maps", Device = DeviceKind.Cpu };
        using ImageFeatureTransformer pooled = _ml.Transforms.ExtractImageFeatures(options).Fit(data);
        using ImageFeatureTransformer whole = _ml.Transforms.ExtractImageFeatures(options with { Pooled = false }).Fit(data);
        Assert.Equal((3, 3 * 8 * 8), (pooled.FeatureWidth, whole.FeatureWidth));
        float[] means = pooled.Transform(data).GetColumn<float[]>("Features").First();
        float[] maps = whole.Transform(data).GetColumn<float[]>("Features").First();
        Assert.All(maps.Chunk(64).Zip(means), pair => Assert.Equal(pair.First.Average(), pair.Second, 1e-5));

        string path = _folder.PathOf("features.zip");
        _ml.Model.Save(whole, data.Schema, path);
        IDataView loaded = new MLContext().Model.Load(path, out _).Transform(data);
        Assert.Equal(maps, loaded.GetColumn<float[]>("Features").First());

        // Fed past the first node, so the size of images is free.
        using ImageFeatureTransformer fed = _ml.Transforms.ExtractImageFeatures(
            options with { Backbone = $"graph:{_graph}#images,features", ImageSize = 8 }).Fit(data);
        Assert.Equal(3, fed.FeatureWidth);
    }

    [Fact]
    public void What_a_graph_cannot_do_is_refused_with_the_reason()
    {
        var trainers = _ml.MulticlassClassification.Trainers;
        Assert.Contains("cannot be trained", Assert.ThrowsAny<ArgumentException>(
            () => trainers.FineTuning(new FineTuningOptions { Backbone = Options.Backbone })).Message, StringComparison.Ordinal);
        Assert.Contains("a graph has its own", Assert.ThrowsAny<ArgumentException>(
            () => trainers.FeatureExtraction(Options with { Weights = "some.pth" })).Message, StringComparison.Ordinal);
        Assert.Contains("it takes 8 × 8 only", Assert.ThrowsAny<ArgumentException>(
            () => trainers.FeatureExtraction(Options with { ImageSize = 16 })).Message, StringComparison.Ordinal);
        Assert.Contains("There is no node 'feature'. Did you mean 'features'?", Assert.Throws<GraphException>(
            () => trainers.FeatureExtraction(Options with { Backbone = $"graph:{_graph}#feature" })).Message, StringComparison.Ordinal);
        Assert.Contains("It does not exist", Assert.Throws<GraphException>(
            () => trainers.FeatureExtraction(Options with { Backbone = "graph:none.pb#features" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_has_a_file_and_perhaps_nodes()
    {
        Assert.Null(GraphAddress.TryParse("resnet18"));
        Assert.Equal(new GraphAddress("a/b.pb", null, null), GraphAddress.TryParse("graph:a/b.pb"));
        Assert.Equal(new GraphAddress("a#b.pb", null, "out:1"), GraphAddress.TryParse("graph:a#b.pb#out:1"));
        Assert.Equal(new GraphAddress("b.pb", "in", "out"), GraphAddress.TryParse("graph:b.pb#in, out"));
        Assert.Equal("graph:b.pb#in,out", new GraphAddress("/home/me/b.pb", "in", "out").Name);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }
}
