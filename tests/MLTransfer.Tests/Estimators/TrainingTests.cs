using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;
using MLTransfer.Weights;
using TorchSharp;

namespace MLTransfer.Tests.Estimators;

public sealed class TrainingTests : IDisposable
{
    private static readonly FineTuningOptions FineTuning = TrainedModel.Options with { Epochs = 2 };

    private static readonly FeatureExtractionOptions Extraction = Trainings.Extraction;

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_same_seed_gives_the_same_model()
    {
        Assert.Equal(Scores(Train(FineTuning)), Scores(Train(FineTuning)));
        Assert.Equal(Scores(Train(Extraction)), Scores(Train(Extraction)));
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void A_model_scores_as_it_did_when_its_epochs_were_compared(Precision precision)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_images.Path);
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[] { FineTuning, Extraction })
        {
            ImageClassificationTransformer model = Train(options with { Precision = precision, Validation = data, Epochs = 1 }, ml);
            Assert.Equal(model.Training!.ValidationAccuracy, ml.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy,
                1e-12);
        }
    }

    [Fact]
    public void A_checkpoint_goes_on_with_the_same_images_and_classes_only()
    {
        FineTuningOptions kept = FineTuning with { CheckpointFolder = _folder.PathOf("checkpoint") };
        Assert.Equal(Scores(Train(kept)), Scores(Train(kept)));
        Directory.Move(_images.PathOf("blue"), _images.PathOf("yellow"));
        string message = Assert.Throws<InvalidOperationException>(() => Train(kept)).Message;
        Assert.Contains("Classes was 'blue, green' and is 'green, yellow' now", message, StringComparison.Ordinal);
        Assert.Contains("Images was '16 (", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_seed_gives_another_model() =>
        Assert.NotEqual(Scores(Train(FineTuning, seed: 1)), Scores(Train(FineTuning, seed: 2)));

    [Fact]
    public void Cached_features_give_the_model_that_fresh_ones_give()
    {
        FeatureExtractionOptions cached = Extraction with { CacheFolder = _folder.PathOf("cache") };
        ImageClassificationTransformer fresh = Train(Extraction), first = Train(cached), second = Train(cached);
        Assert.Equal(Scores(fresh), Scores(first));
        Assert.Equal(Scores(fresh), Scores(second));
    }

    [Fact]
    public void Progress_is_heard_before_the_cache_is_opened()
    {
        List<TrainingProgress> heard = [];
        FeatureExtractionOptions cached =
            Extraction with { CacheFolder = _images.PathOf("blue/00.png"), Progress = new Listener(heard.Add) };
        Assert.Throws<IOException>(() => Train(cached));
        Assert.Equal((TrainingPhase.Features, 0), (Assert.Single(heard).Phase, heard[0].Done));
    }

    [Fact]
    public void Features_of_other_weights_are_not_taken_from_the_cache()
    {
        FeatureExtractionOptions cached = Extraction with { CacheFolder = _folder.PathOf("cache") };
        Train(cached, seed: 1);
        Assert.Equal(Scores(Train(Extraction, seed: 2)), Scores(Train(cached, seed: 2)));
    }

    [Fact]
    public void Features_of_images_over_a_lowered_limit_are_not_taken_from_the_cache()
    {
        FeatureExtractionOptions cached = Extraction with { CacheFolder = _folder.PathOf("cache") };
        Train(cached);
        Assert.Throws<ImageException>(() => Train(cached with { MaximumPixels = 100 }));
    }

    [Fact]
    public void The_cache_says_which_libtorch_and_which_decoders_made_its_features()
    {
        Train(Extraction with { CacheFolder = _folder.PathOf("cache") });
        string description = File.ReadAllText(
            Assert.Single(Directory.EnumerateFiles(_folder.PathOf("cache"), "extractor.txt", SearchOption.AllDirectories)));
        Assert.Contains($"; libtorch {torch.__version__}; ", description, StringComparison.Ordinal);
        Assert.Contains($"; decoders {ImageDecoder.Revision}; ", description, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_changed_is_not_taken_from_the_cache()
    {
        FeatureExtractionOptions cached = Extraction with { CacheFolder = _folder.PathOf("cache") };
        Train(cached);
        File.Copy(_images.PathOf("green/00.png"), _images.PathOf("blue/00.png"), overwrite: true);
        Assert.Equal(Scores(Train(Extraction)), Scores(Train(cached)));
    }

    [Fact]
    public void The_log_and_the_result_have_the_metric_that_chooses_the_best_epoch()
    {
        var messages = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        TrainingSummary summary = Train(Extraction with { ChooseBy = EpochMetric.BrierScore, ValidationFraction = 0.25 }, ml).Training!;
        Assert.Equal(EpochMetric.BrierScore, summary.ChooseBy);
        foreach (EpochResult epoch in summary.Epochs)
        {
            string words = string.Create(CultureInfo.InvariantCulture, $", Brier score {epoch.ValidationBrierScore:f4}, learning rate ");
            Assert.Single(messages, message => message.StartsWith($"Epoch {epoch.Epoch} of ", StringComparison.Ordinal)
                && message.Contains(words, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Unreadable_images_are_reported_and_left_out()
    {
        string bad = WriteBadImage();
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[] { FineTuning, Extraction })
        {
            var messages = new List<string>();
            var ml = new MLContext(seed: 1);
            ml.Log += (_, message) => messages.Add(message.RawMessage);
            TrainingSummary summary = Train(options, ml).Training!;
            SkippedImage skipped = Assert.Single(summary.Skipped);
            Assert.Equal(bad, skipped.Name);
            Assert.Equal(16, summary.TrainingImages);
            Assert.Contains(messages, message => message.Contains(bad, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_unreadable_image_stops_the_training_where_it_is_told_to()
    {
        string bad = WriteBadImage();
        Assert.Equal(bad, Assert.Throws<ImageException>(() => Train(FineTuning with { StopOnBadImage = true })).Name);
        Assert.Equal(bad, Assert.Throws<ImageException>(() => Train(Extraction with { StopOnBadImage = true })).Name);
    }

    [Fact]
    public void The_best_epoch_is_chosen_by_the_images_held_back()
    {
        TrainingSummary summary = Train(FineTuning with { ValidationFraction = 0.25, Epochs = 3 }).Training!;
        Assert.Equal(12, summary.TrainingImages);
        Assert.Equal(4, summary.ValidationImages);
        Assert.Equal(summary.Epochs.Max(epoch => epoch.ValidationAccuracy), summary.ValidationAccuracy);
    }

    [Fact]
    public void Validation_labels_may_be_text_and_must_be_known()
    {
        var ml = new MLContext(seed: 1);
        TrainingSummary summary = Train(FineTuning with { Validation = ml.Data.LoadImageFolder(_images.Path) }, ml).Training!;
        Assert.Equal(16, summary.ValidationImages);
        using var more = new ColouredImages(perClass: 2, classes: 3);
        var error = Assert.ThrowsAny<ArgumentException>(
            () => Train(FineTuning with { Validation = ml.Data.LoadImageFolder(more.Path) }, ml));
        Assert.Contains("'red'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Canceling_keeps_the_best_model_so_far()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Listener(report =>
        {
            if (report is { Phase: TrainingPhase.Training, Epoch: 2 }) stop.Cancel();
        });
        ImageClassificationTransformer model =
            Train(FineTuning with { Epochs = 50, ValidationFraction = 0.25, Progress = progress, Cancellation = stop.Token });
        Assert.True(model.Training!.Cancelled);
        Assert.Equal(1, model.Training.BestEpoch);
        Assert.Equal(16, Scores(model).Length);
    }

    [Fact]
    public void Frozen_layers_stay_as_the_weights_file_has_them()
    {
        string weights = _folder.PathOf("weights.safetensors"), tuned = _folder.PathOf("tuned.safetensors");
        Train(FineTuning).SaveWeights(weights);
        Train(FineTuning with { Weights = weights, Train = Layers.From("layer3"), LearningRate = 0.1 }).SaveWeights(tuned);
        IReadOnlyDictionary<string, StoredTensor> before = WeightsFile.Read(weights), after = WeightsFile.Read(tuned);
        bool IsEqual(string name) => before[name].Bytes.Span.SequenceEqual(after[name].Bytes.Span);
        Assert.All(before.Keys.Where(name => name.StartsWith("conv1", StringComparison.Ordinal)
            || name.StartsWith("layer2", StringComparison.Ordinal) || name.StartsWith("bn1", StringComparison.Ordinal)), name =>
            Assert.True(IsEqual(name), name));
        Assert.False(IsEqual("layer3.0.conv1.weight"));
    }

    [Fact]
    public void Epochs_leave_no_native_tensors_behind()
    {
        LiveTensors.Count(); // finalizes what earlier tests left
        var counts = new Dictionary<int, long>();
        var progress = new Listener(report => counts[report.Epoch] = torch.Tensor.TotalCount);
        Train(FineTuning with { Epochs = 12, ValidationFraction = 0.25, Progress = progress });
        Assert.Equal(counts[3], counts[12]);
    }

    [Fact]
    public void A_fraction_that_holds_nothing_back_is_an_error()
    {
        using var single = new ColouredImages(perClass: 1);
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(single.Path);
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var error = Assert.ThrowsAny<ArgumentException>(
            () => ml.MulticlassClassification.Trainers.FineTuning(FineTuning with { ValidationFraction = 0.5 }).Fit(keyed));
        Assert.Contains("ValidationFraction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_without_a_readable_image_is_an_error()
    {
        var ml = new MLContext(seed: 1);
        IDataView missing = ml.Data.LoadFromEnumerable<ImageFile>([new() { ImagePath = "missing.png", Label = "blue" }]);
        // It is not mistaken for the unreadable image among those trained on.
        WriteBadImage();
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[] { FineTuning, Extraction })
        {
            var error = Assert.Throws<ImageException>(() => Train(options with { Validation = missing }, ml));
            Assert.Equal("missing.png", error.Name);
            Assert.EndsWith("None of the 1 images can be read; this is the first.", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_epoch_is_logged_once()
    {
        WriteBadImage();
        var messages = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        Train(FineTuning with { ValidationFraction = 0.25, Epochs = 3 }, ml);
        Assert.Equal(3, messages.Count(message => message.StartsWith("Epoch ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_label_that_is_no_key_is_an_error_that_says_what_to_do()
    {
        var ml = new MLContext();
        var trainer = ml.MulticlassClassification.Trainers.FineTuning(FineTuning);
        var error = Assert.ThrowsAny<ArgumentException>(() => trainer.Fit(ml.Data.LoadImageFolder(_images.Path)));
        Assert.Contains("MapValueToKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_network_are_an_error_that_lists_what_does_not_fit()
    {
        string weights = _folder.PathOf("weights.safetensors");
        Train(FineTuning).SaveWeights(weights);
        var error = Assert.Throws<WeightsException>(() => Train(FineTuning with { Backbone = "resnet18", Weights = weights }));
        Assert.Contains("resnet18", error.Message, StringComparison.Ordinal);
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_layer_is_an_error_that_names_it()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => Train(FineTuning with { Train = Layers.From("layer9") }));
        Assert.Contains("There is no layer 'layer9'", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private string WriteBadImage()
    {
        string bad = _images.PathOf(Path.Combine("blue", "bad.jpg"));
        File.WriteAllText(bad, "no image");
        return bad;
    }

    private ImageClassificationTransformer Train(ImageClassificationOptions options, int seed = 1) => Train(options, new MLContext(seed));

    private ImageClassificationTransformer Train(ImageClassificationOptions options, MLContext ml) =>
        Trainings.Train(options, _images.Path, ml);

    private float[][] Scores(ImageClassificationTransformer model) => Trainings.Scores(model, _images.Path);
}
