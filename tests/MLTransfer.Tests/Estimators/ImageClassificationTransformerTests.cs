using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public class ImageClassificationTransformerTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    // Batches of another size may add float32 numbers in another order.
    private const float Tolerance = 1e-5f;

    [Fact]
    public void It_learns_what_is_easy_to_learn()
    {
        MulticlassClassificationMetrics metrics = trained.Context.MulticlassClassification.Evaluate(trained.Model.Transform(trained.Data));
        Assert.Equal(1, metrics.MicroAccuracy);
    }

    [Fact]
    public void Scores_are_probabilities_with_the_names_of_the_classes()
    {
        DataViewSchema.Column column = trained.Model.GetOutputSchema(trained.Data.Schema)["Score"];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        Assert.Equal(["blue", "green"], names.DenseValues().Select(name => name.ToString()));
        Assert.All(Scores(trained.Model.Transform(trained.Data)), score => Assert.Equal(1, score.Sum(), Tolerance));
    }

    [Fact]
    public void A_data_view_a_prediction_engine_and_a_list_of_files_give_the_same_scores()
    {
        float[][] batched = Scores(trained.Model.Transform(trained.Data));
        ImageFile[] files =
            [.. ImageFolder.List(trained.Folder).Select(row => new ImageFile { ImagePath = row.ImagePath, Label = row.Label })];
        using var engine = trained.Context.Model.CreatePredictionEngine<ImageFile,
            ImageLabel>(trained.Model, new PredictionEngineOptions { OwnsTransformer = false });
        ImagePrediction[] listed = [.. trained.Network.Predict(files.Select(file => file.ImagePath))];
        for (int i = 0; i < files.Length; i++)
        {
            ImageLabel single = engine.Predict(files[i]);
            AssertClose(batched[i], single.Score);
            AssertClose(batched[i], listed[i].Probabilities);
            Assert.Equal(listed[i].Label, single.PredictedLabel);
        }
    }

    [Fact]
    public void A_row_at_a_time_gives_the_scores_of_a_batch()
    {
        float[][] batched = Scores(trained.Model.Transform(trained.Data));
        for (int row = 1; row < 4; row++)
            AssertClose(batched[row], Scores(
                trained.Model.Transform(trained.Context.Data.TakeRows(trained.Context.Data.SkipRows(trained.Data, row), 1)))[0]);
    }

    [Fact]
    public void A_saved_model_scores_alike_when_another_context_loads_it()
    {
        using var folder = new TemporaryFolder();
        trained.Context.Model.Save(trained.Model, trained.Data.Schema, folder.PathOf("model.zip"));
        var other = new MLContext().AddMLTransfer();
        ITransformer loaded = other.Model.Load(folder.PathOf("model.zip"), out DataViewSchema schema);
        Assert.Equal("ImagePath", schema["ImagePath"].Name);
        float[][] expected = Scores(trained.Model.Transform(trained.Data));
        float[][] actual = Scores(loaded.Transform(other.Data.LoadImageFolder(trained.Folder)));
        for (int i = 0; i < expected.Length; i++) AssertClose(expected[i], actual[i]);
    }

    [Fact]
    public void An_unreadable_image_has_no_score_in_a_data_view_an_error_in_a_list_and_throws_in_a_prediction_engine()
    {
        using var folder = new TemporaryFolder();
        string bad = folder.Write("bad.jpg", "no image"u8);
        string good = ImageFolder.List(trained.Folder)[0].ImagePath;
        IDataView data = trained.Context.Data
            .LoadFromEnumerable<ImageFile>([new() { ImagePath = bad, Label = "blue" }, new() { ImagePath = good, Label = "blue" }]);

        float[][] scores = Scores(trained.Model.Transform(data));
        Assert.All(scores[0], score => Assert.True(float.IsNaN(score)));
        Assert.All(scores[1], score => Assert.True(float.IsFinite(score)));
        ImagePrediction[] listed = [.. trained.Network.Predict([bad, good])];
        Assert.NotNull(listed[0].Error);
        Assert.Null(listed[0].Label);
        Assert.Null(listed[1].Error);
        using var engine = trained.Context.Model.CreatePredictionEngine<ImageFile,
            ImageLabel>(trained.Model, new PredictionEngineOptions { OwnsTransformer = false });
        var error = Assert.ThrowsAny<Exception>(() => engine.Predict(new ImageFile { ImagePath = bad }));
        Assert.Contains("bad.jpg", (error as ImageException ?? error.InnerException ?? error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_scored_before_a_cursor_asks_for_scores()
    {
        using var folder = new TemporaryFolder();
        trained.Context.Model.Save(trained.Model, trained.Data.Schema, folder.PathOf("model.zip"));
        ImageClassificationTransformer disposed = SavedModel.Open(folder.PathOf("model.zip"));
        disposed.Dispose();
        IDataView scored = disposed.Transform(trained.Data);
        using DataViewRowCursor paths = scored.GetRowCursor([scored.Schema["ImagePath"]]);
        Assert.True(paths.MoveNext());
        using DataViewRowCursor scores = scored.GetRowCursor([scored.Schema["Score"]]);
        Assert.Throws<ObjectDisposedException>(() => scores.MoveNext());
    }

    [Fact]
    public void Images_come_as_encoded_bytes_too()
    {
        string file = ImageFolder.List(trained.Folder)[0].ImagePath;
        var ml = trained.Context;
        IDataView data = ml.Data.LoadFromEnumerable<EncodedImage>(
            [new() { Image = File.ReadAllBytes(file), Label = "blue" }, new() { Image = File.ReadAllBytes(file), Label = "green" }]);
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(TrainedModel.Options with { Epochs = 1 })).Fit(data);
        Assert.Equal(2, Scores(model.Transform(data)).Length);
    }

    [Fact]
    public void Images_come_as_images_too_and_one_that_is_missing_has_no_score()
    {
        string file = ImageFolder.List(trained.Folder)[0].ImagePath;
        var ml = trained.Context;
        IDataView data = ml.Data.LoadFromEnumerable<DecodedImage>(
            [new() { Image = MLImage.CreateFromFile(file), Label = "blue" },
            new() { Image = MLImage.CreateFromFile(file), Label = "green" }, new() { Label = "green" }]);
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(TrainedModel.Options with { Epochs = 1 })).Fit(data);
        float[][] scores = Scores(model.Transform(data));
        Assert.Equal(scores[0], scores[1]);
        Assert.All(scores[2], score => Assert.True(float.IsNaN(score)));
        Assert.Single(model.LastTransformer.Training!.Skipped);
    }

    private static float[][] Scores(IDataView view) => [.. view.GetColumn<float[]>("Score")];

    private static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));

    private sealed class DecodedImage
    {
        [ImageType(40, 40)]
        public MLImage? Image { get; set; }

        public string Label { get; set; } = "";
    }

    private sealed class EncodedImage
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
