using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class RejectingModelTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 30);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_rejects_what_is_unlike_its_training_images_and_a_loaded_one_does_so_too(bool isFineTuning)
    {
        var ml = new MLContext(seed: 1).AddMLTransfer();
        using ImageClassificationTransformer model = Trained(Rejection.AtCoverage(0.9).And(Rejection.Unfamiliar(0.9)), isFineTuning);
        RejectionRule rule = model.Training!.Rejection!;
        Assert.InRange(rule.Coverage, 0.75, 0.9);
        // Stripes of black and white, where all training images have one color.
        var stranger = new Image(40, 40, [.. Enumerable.Range(0, 40 * 40 * 3).Select(index => (byte)(index / 3 % 2 * 255))]);
        ImagePrediction rejected = model.Predict(ImageSource.FromImage(stranger));
        Assert.True(rejected.Rejected);
        Assert.Contains("unlike the training images", rejected.RejectionReason, StringComparison.Ordinal);
        Assert.Equal(1, rejected.Probabilities.Sum(), 1e-5);

        ml.Model.Save(model, null, _folder.PathOf("model.zip"));
        using var loaded = (ImageClassificationTransformer)ml.Model.Load(_folder.PathOf("model.zip"), out _);
        Assert.Equal(rule, loaded.Rejection);
        IDataView files = ml.Data.LoadImageFolder(_images.Path);
        string[] Reasons(ImageClassificationTransformer from) => [.. from.Transform(files).GetColumn<string>("RejectionReason")];
        Assert.Equal(Reasons(model), Reasons(loaded));
        Assert.Equal(rejected.RejectionReason, loaded.Predict(ImageSource.FromImage(stranger)).RejectionReason);
    }

    [Fact]
    public void The_columns_agree_with_the_predictions_whichever_way_they_are_asked_for()
    {
        var ml = new MLContext(seed: 1);
        using ImageClassificationTransformer model = Trained(Rejection.AtCoverage(0.7));
        IDataView files = ml.Data.LoadImageFolder(_images.Path), scored = model.Transform(files);
        string[] paths = [.. files.GetColumn<string>("ImagePath")];
        ImagePrediction[] predicted = [.. model.Predict(paths)];
        Assert.Equal(predicted.Select(image => image.Rejected), scored.GetColumn<bool>("Rejected"));
        Assert.Equal(predicted.Select(image => image.RejectionReason ?? ""), scored.GetColumn<string>("RejectionReason"));
        Assert.Equal(0.3, predicted.Count(image => image.Rejected) / 60.0, 0.02);
        using PredictionEngine<ImageFile, Verdict> engine =
            ml.Model.CreatePredictionEngine<ImageFile, Verdict>(model, files.Schema);
        foreach ((string path, ImagePrediction image) in paths.Zip(predicted).Take(10))
        {
            Verdict verdict = engine.Predict(new ImageFile { ImagePath = path });
            Assert.Equal((image.Rejected, image.RejectionReason ?? ""), (verdict.Rejected, verdict.RejectionReason ?? ""));
            // One image alone may be rounded in another way than among others.
            Assert.All(image.Probabilities.Zip(verdict.Score), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        Assert.Equal(
            predicted.Select(image => (image.Rejected, image.Label)), paths.Select(path => model.Predict(ImageSource.FromPath(path)))
                .Select(image => (image.Rejected, image.Label)));
    }

    [Fact]
    public void The_columns_are_promised_before_the_training_and_only_where_they_come()
    {
        var ml = new MLContext(seed: 1);
        IDataView images = Keyed(ml);
        foreach (bool isRejecting in new[] { false, true })
        {
            var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(
                Trainings.Extraction with { Validation = images, Rejection = isRejecting ? Rejection.AtCoverage(0.9) : null });
            // A pipeline checks what was promised against what is there.
            IEstimator<ITransformer> pipeline = trainer.Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
            if (isRejecting) pipeline = pipeline.Append(ml.Transforms.CopyColumns("Why", "RejectionReason"));
            ITransformer model = pipeline.Fit(images);
            DataViewSchema kept = model.GetOutputSchema(images.Schema);
            ((IDisposable)model).Dispose();
            Assert.Equal(isRejecting, kept.GetColumnOrNull("Rejected") is not null);
            Assert.Equal(isRejecting, kept.GetColumnOrNull("Why") is not null);
        }
    }

    [Fact]
    public void Thresholds_need_validation_images() => Assert.Contains(
        "there are no validation images",
        Assert.Throws<OptionException>(
            () => Trainings.Train(Trainings.Extraction with { Rejection = Rejection.Unfamiliar() }, _images.Path)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Thresholds_of_one_view_do_not_go_with_scores_of_several() => Assert.Contains(
        "thresholds are those of one view",
        Assert.Throws<OptionException>(() => Trainings.Train(
            Trainings.Extraction with
            {
                ValidationFraction = 0.5,
                Rejection = Rejection.AtCoverage(0.9),
                TestTimeAugmentation = TestTimeAugmentation.Flip,
            },
            _images.Path)).Message, StringComparison.Ordinal);

    [Fact]
    public void Rejection_needs_a_new_format_and_none_needs_none()
    {
        ModelDescription plain = AugmentedModel.Description;
        Assert.DoesNotContain("rejection", plain.ToJson(), StringComparison.Ordinal);
        string rejecting = (plain with { Rejection = new("precision:0.9", 0.75, null, 0.5, 0.9) }).ToJson();
        Assert.Contains("\"format\":6,", rejecting, StringComparison.Ordinal);
        RejectionRule rule = ModelDescription.FromJson(rejecting).ParseRejection()!;
        Assert.Equal((Rejection.AtPrecision(0.9), 0.75, 0.5), (rule.Asked, rule.LeastProbability, rule.Coverage));
    }

    [Theory]
    [InlineData("precision:2")]
    [InlineData("whatever")]
    public void A_rejection_that_there_cannot_be_is_refused(string word) => Assert.Throws<InvalidDataException>(
        () => (AugmentedModel.Description with { Rejection = new(word, 0.5, null, null, null) }).ParseRejection());

    private ImageClassificationTransformer Trained(Rejection rejection, bool isFineTuning = false)
    {
        var ml = new MLContext(seed: 1);
        IDataView images = Keyed(ml);
        ImageClassificationOptions options =
            isFineTuning ? TrainedModel.Options with { Epochs = 1, LearningRate = 1e-3 } : Trainings.Extraction;
        return Trainings.Fit(ml, options with { Validation = images, Rejection = rejection }, images);
    }

    private IDataView Keyed(MLContext ml) => Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));

    private sealed class Verdict
    {
        public float[] Score { get; set; } = [];

        public bool Rejected { get; set; }

        public string? RejectionReason { get; set; }
    }
}
