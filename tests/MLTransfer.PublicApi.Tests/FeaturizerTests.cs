using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;

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
    public void They_feed_sdca_and_the_saved_pipeline_predicts()
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy())
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer model = pipeline.Fit(_data);
        Assert.Equal(1, _ml.MulticlassClassification.Evaluate(model.Transform(_data)).MicroAccuracy);

        string file = Path.Combine(_folder.FullName, "model.zip");
        _ml.Model.Save(model, _data.Schema, file);
        var app = new MLContext();
        using var engine = app.Model.CreatePredictionEngine<ImageFile, ImageLabel>(app.Model.Load(file, out _));
        ImageLabel answer = engine.Predict(new ImageFile { ImagePath = Path.Combine(_folder.FullName, "red", "0.png") });
        Assert.Equal("red", answer.PredictedLabel);
    }

    [Fact]
    public void They_feed_light_gbm() => Assert.Equal(1, Accuracy(_ml.MulticlassClassification.Trainers.LightGbm(
        new LightGbmMulticlassTrainer.Options { MinimumExampleCountPerLeaf = 1, NumberOfIterations = 10 })));

    [Fact]
    public void They_feed_fast_tree() => Assert.Equal(1, Accuracy(_ml.MulticlassClassification.Trainers.OneVersusAll(
        _ml.BinaryClassification.Trainers.FastTree(minimumExampleCountPerLeaf: 1, numberOfTrees: 10))));

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
        var pipeline = Features().Append(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        IDataView clustered = pipeline.Fit(_data).Transform(_data);
        string[] pairs = [.. clustered.GetColumn<string>("Label").Zip(clustered.GetColumn<uint>("PredictedLabel"), (a, b) => $"{a} {b}")];
        Assert.Equal(2, pairs.Distinct().Count());
    }

    [Fact]
    public void They_are_projected_to_principal_components()
    {
        var pipeline = Features().Append(_ml.Transforms.ProjectToPrincipalComponents("Components", "Features", rank: 2));
        float[][] components = [.. pipeline.Fit(_data).Transform(_data).GetColumn<float[]>("Components")];
        Assert.Equal(2 * PerClass, components.Length);
        // The first component is what differs most: the color. The files come in the order of their folders.
        float[] first = [.. components.Select(component => component[0])];
        Assert.True(first[..PerClass].Max() < first[PerClass..].Min() || first[..PerClass].Min() > first[PerClass..].Max());
    }

    [Fact]
    public void They_find_images_that_are_unlike_the_others()
    {
        IDataView blue = _ml.Data.LoadFromEnumerable(Files("blue"));
        var pipeline = Features().Append(_ml.AnomalyDetection.Trainers.RandomizedPca(rank: 2, ensureZeroMean: true));
        ITransformer model = pipeline.Fit(blue);
        float usual = model.Transform(blue).GetColumn<float>("Score").Max();
        IDataView red = _ml.Data.LoadFromEnumerable(Files("red"));
        Assert.All(model.Transform(red).GetColumn<float>("Score"), score => Assert.True(score > usual));
    }

    [Fact]
    public void A_layer_in_the_middle_is_taken_pooled_or_with_all_its_positions()
    {
        using var pooled = _ml.Transforms.ExtractImageFeatures(
            "Features", "ImagePath", backbone: "embedded", layer: "layer2").Fit(_data);
        using var whole = _ml.Transforms.ExtractImageFeatures(new ImageFeatureOptions
        {
            InputColumnName = "ImagePath",
            Backbone = "embedded",
            Layer = "layer2",
            Pooled = false,
        }).Fit(_data);
        // 64 channels of 16 × 16 positions.
        Assert.Equal((64, 64 * 16 * 16), (pooled.FeatureWidth, whole.FeatureWidth));
        float[] maps = whole.Transform(_data).GetColumn<float[]>("Features").First();
        float[] means = pooled.Transform(_data).GetColumn<float[]>("Features").First();
        Assert.All(maps.Chunk(16 * 16).Zip(means), pair => Assert.Equal(pair.First.Average(), pair.Second, 1e-4));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private IEstimator<ITransformer> Features() => _ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded");

    private EstimatorChain<ITransformer> Keyed() => _ml.Transforms.Conversion.MapValueToKey("Label").Append(Features());

    private double Accuracy(IEstimator<ITransformer> trainer)
    {
        IDataView scored = Keyed().AppendCacheCheckpoint(_ml).Append(trainer).Fit(_data).Transform(_data);
        return _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy;
    }

    private IEnumerable<ImageFile> Files(string label) =>
        Enumerable.Range(0, PerClass).Select(i => new ImageFile { ImagePath = Path.Combine(_folder.FullName, label, $"{i}.png") });
}
