using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

/// <summary>The trainers among what else ML.NET offers: what works with its own trainers has to work with these.</summary>
public sealed class PipelineTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_schema_promised_is_the_schema_of_the_data()
    {
        IDataView keyed = Keyed();
        var trainer = _ml.MulticlassClassification.Trainers.FineTuning(Short);
        SchemaShape promised = trainer.GetOutputSchema(Shape(keyed));
        IDataView scored = trainer.Fit(keyed).Transform(keyed);
        Assert.Equal(promised.Select(Describe).Order(), Shape(scored).Select(Describe).Order());

        static string Describe(SchemaShape.Column column) =>
            $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey} "
                + $"{string.Join(",", column.Annotations.Select(annotation => annotation.Name).Order())}";

        // What a chain of estimators asks with is made by an internal method.
        static SchemaShape Shape(IDataView view) => (SchemaShape)typeof(SchemaShape)
            .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(null, [view.Schema])!;
    }

    [Fact]
    public void Folds_are_trained_and_measured_by_cross_validation()
    {
        var results = _ml.MulticlassClassification
            .CrossValidate(Keyed(), _ml.MulticlassClassification.Trainers.FineTuning(Short), numberOfFolds: 2);
        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.InRange(result.Metrics.LogLoss, 0, 10));
        Assert.Equal(trained.Data.GetColumn<string>("ImagePath").Count(),
            results.Sum(result => Predictions(result.ScoredHoldOutSet).Length));
    }

    [Fact]
    public void A_cache_checkpoint_before_the_trainer_changes_nothing()
    {
        var trainer = _ml.MulticlassClassification.Trainers.FineTuning(Short);
        var map = _ml.Transforms.Conversion.MapValueToKey("Label");
        Assert.Equal(Scores(map.Append(trainer).Fit(trained.Data)),
            Scores(map.AppendCacheCheckpoint(_ml).Append(trainer).Fit(trained.Data)));
    }

    [Fact]
    public void Shuffled_rows_keep_their_scores()
    {
        var expected = ScoresByPath(trained.Data);
        IDataView shuffled = _ml.Data.ShuffleRows(trained.Data, seed: 3);
        Assert.NotEqual(Paths(trained.Data), Paths(shuffled));
        Assert.Equal(expected, ScoresByPath(shuffled));
        // Shuffling after scoring asks the scored view for its rows in another order, or by itself where it cannot give them so.
        Assert.Equal(expected, ScoresByPath(_ml.Data.ShuffleRows(trained.Model.Transform(trained.Data), seed: 3), isScored: true));

        Dictionary<string, float> ScoresByPath(IDataView view, bool isScored = false)
        {
            IDataView scored = isScored ? view : trained.Model.Transform(view);
            return Paths(scored).Zip(scored.GetColumn<float[]>("Score"))
                .ToDictionary(pair => pair.First, pair => MathF.Round(pair.Second[0], 4));
        }
    }

    [Fact]
    public void Images_loaded_by_LoadImages_are_trained_on_and_scored()
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.LoadImages("Image", imageFolder: "", "ImagePath"))
            .Append(_ml.MulticlassClassification.Trainers.FineTuning(Short with { ImageColumnName = "Image" }));
        var model = pipeline.Fit(trained.Data);
        Assert.Equal(Paths(trained.Data).Length, Predictions(model.Transform(trained.Data)).Length);
        using var folder = new TemporaryFolder();
        _ml.Model.Save(model, trained.Data.Schema, folder.PathOf("model.zip"));
        using var engine = _ml.Model.CreatePredictionEngine<ImageFile, ImageLabelKey>(_ml.Model.Load(folder.PathOf("model.zip"), out _));
        // A batch of one may add float32 numbers in another order.
        float[] single = engine.Predict(new ImageFile { ImagePath = Paths(trained.Data)[0] }).Score;
        Assert.All(Scores(model)[0].Zip(single), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Encoded_images_loaded_by_LoadRawImageBytes_are_trained_on_and_scored()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.LoadRawImageBytes("Image", imageFolder: "", "ImagePath"))
            .Append(_ml.MulticlassClassification.Trainers.FineTuning(Short with { ImageColumnName = "Image" }))
            .Fit(trained.Data);
        var byPath = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.FineTuning(Short))
            .Fit(trained.Data);
        Assert.Equal(Scores(byPath), Scores(model));
    }

    [Fact]
    public void Two_trainers_in_one_pipeline_keep_their_columns_apart()
    {
        var trainers = _ml.MulticlassClassification.Trainers;
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(trainers.FineTuning(Short with { ScoreColumnName = "FirstScore", PredictedLabelColumnName = "First" }))
            .Append(trainers.FeatureExtraction(
            new FeatureExtractionOptions { Backbone = "embedded", Epochs = 2, ImageColumnName = "ImagePath" }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("First"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var folder = new TemporaryFolder();
        _ml.Model.Save(pipeline.Fit(trained.Data), trained.Data.Schema, folder.PathOf("model.zip"));
        IDataView scored = _ml.Model.Load(folder.PathOf("model.zip"), out _).Transform(trained.Data);
        Assert.Equal(2, scored.GetColumn<float[]>("FirstScore").First().Length);
        Assert.Equal(2, scored.GetColumn<float[]>("Score").First().Length);
        Assert.All(scored.GetColumn<string>("First").Concat(scored.GetColumn<string>("PredictedLabel")),
            label => Assert.Contains(label, (string[])["blue", "green"]));
    }

    [Fact]
    public void A_model_is_loaded_by_a_context_that_was_told_nothing()
    {
        using var folder = new TemporaryFolder();
        _ml.Model.Save(trained.Model, trained.Data.Schema, folder.PathOf("model.zip"));
        ITransformer loaded = new MLContext().Model.Load(folder.PathOf("model.zip"), out _);
        Assert.Equal(Scores(trained.Model), Scores(loaded));
    }

    [Fact]
    public void Output_columns_of_one_name_are_refused()
    {
        var error = Assert.ThrowsAny<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers
            .FineTuning(Short with { ScoreColumnName = "Same", PredictedLabelColumnName = "Same" }));
        Assert.Contains("ScoreColumnName and PredictedLabelColumnName are both 'Same'", error.Message, StringComparison.Ordinal);
    }

    private static FineTuningOptions Short => TrainedModel.Options with { Epochs = 1 };

    private IDataView Keyed() => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(trained.Data).Transform(trained.Data);

    private float[][] Scores(ITransformer model) => [.. model.Transform(trained.Data).GetColumn<float[]>("Score")];

    private static uint[] Predictions(IDataView view) => [.. view.GetColumn<uint>("PredictedLabel")];

    private static string[] Paths(IDataView view) => [.. view.GetColumn<string>("ImagePath")];

    private sealed class ImageLabelKey
    {
        public float[] Score { get; set; } = [];
    }
}
