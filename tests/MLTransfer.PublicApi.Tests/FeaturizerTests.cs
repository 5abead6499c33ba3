using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.PublicApi.Tests;

/// <summary>The features of a backbone as the input of ML.NET's own trainers and transforms: one sample of each.</summary>
public sealed class FeaturizerTests : IDisposable
{
    private const int PerClass = 12;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public FeaturizerTests()
    {
        ColoredFolders.Draw(_folder, PerClass);
        _data = _ml.Data.LoadImageFolder(_folder.FullName);
    }

    [Fact]
    public void They_feed_light_gbm()
    {
        MLContext ml = _ml;
        var boosting = ml.MulticlassClassification.Trainers.LightGbm(minimumExampleCountPerLeaf: 2);
        Assert.Equal(1, Accuracy(boosting));
    }

    [Fact]
    public void They_feed_fast_tree()
    {
        MLContext ml = _ml;
        var tree = ml.BinaryClassification.Trainers.FastTree(minimumExampleCountPerLeaf: 2);
        var trees = ml.MulticlassClassification.Trainers.OneVersusAll(tree);
        Assert.Equal(1, Accuracy(trees));
    }

    [Fact]
    public void They_are_cross_validated()
    {
        var pipeline = Keyed().Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20));
        var folds = _ml.MulticlassClassification.CrossValidate(_data, pipeline, numberOfFolds: 3);
        Assert.All(folds, fold => Assert.Equal(1, fold.Metrics.MicroAccuracy));
    }

    [Fact]
    public void They_feed_k_means()
    {
        MLContext ml = _ml;
        var groups = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        IDataView clustered = groups.Fit(_data).Transform(_data);
        string[] pairs = [.. clustered.GetColumn<string>("Label").Zip(clustered.GetColumn<uint>("PredictedLabel"), (a, b) => $"{a} {b}")];
        Assert.Equal(2, pairs.Distinct().Count());
    }

    [Fact]
    public void They_are_projected_to_principal_components()
    {
        MLContext ml = _ml;
        var plane = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.Transforms.ProjectToPrincipalComponents("Plane", "Features", rank: 2));
        // The first component is what differs most: the color. The files come in the order of their folders.
        float[] first = [.. plane.Fit(_data).Transform(_data).GetColumn<float[]>("Plane").Select(point => point[0])];
        Assert.Equal(2 * PerClass, first.Length);
        Assert.True(first[..PerClass].Max() < first[PerClass..].Min() || first[..PerClass].Min() > first[PerClass..].Max());
    }

    [Fact]
    public void They_find_images_that_are_unlike_the_others()
    {
        MLContext ml = _ml;
        var unusual = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.AnomalyDetection.Trainers.RandomizedPca(rank: 2, ensureZeroMean: true));
        IDataView blue = ml.Data.LoadFromEnumerable(Files("blue")), red = ml.Data.LoadFromEnumerable(Files("red"));
        ITransformer model = unusual.Fit(blue);
        float usual = model.Transform(blue).GetColumn<float>("Score").Max();
        Assert.All(model.Transform(red).GetColumn<float>("Score"), score => Assert.True(score > usual));
    }

    [Fact]
    public void A_layer_in_the_middle_is_taken_pooled_or_with_all_its_positions()
    {
        var options = new ImageFeatureOptions { InputColumnName = "ImagePath", Backbone = "embedded", Layer = "layer2" };
        using var pooled = _ml.Transforms.ExtractImageFeatures(options).Fit(_data);
        using var whole = _ml.Transforms.ExtractImageFeatures(options with { Pooled = false }).Fit(_data);
        // 64 channels of 16 × 16 positions.
        Assert.Equal((64, 64 * 16 * 16), (pooled.FeatureWidth, whole.FeatureWidth));
        float[] maps = whole.Transform(_data).GetColumn<float[]>("Features").First();
        float[] means = pooled.Transform(_data).GetColumn<float[]>("Features").First();
        // Sums in another order.
        Assert.All(maps.Chunk(16 * 16).Zip(means), pair => Assert.Equal(pair.First.Average(), pair.Second, 1e-4));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private EstimatorChain<ImageFeatureTransformer> Keyed() => _ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(_ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded"));

    private double Accuracy(IEstimator<ITransformer> trainer)
    {
        IDataView scored = Keyed().AppendCacheCheckpoint(_ml).Append(trainer).Fit(_data).Transform(_data);
        return _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy;
    }

    private IEnumerable<ImageFile> Files(string label) =>
        Enumerable.Range(0, PerClass).Select(i => new ImageFile { ImagePath = Path.Combine(_folder.FullName, label, $"{i}.png") });
}
