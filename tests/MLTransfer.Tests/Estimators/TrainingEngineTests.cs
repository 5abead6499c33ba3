using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Estimators;

public sealed class TrainingEngineTests : IDisposable
{
    // The options that a checkpoint has to hold something for.
    private static readonly FineTuningOptions Everything = TrainedModel.Options with
    {
        Epochs = 4,
        Optimizer = OptimizerKind.RAdam,
        Schedule = LearningRateSchedule.Plateau(0, 0.5),
        Warmup = LearningRateWarmup.Epochs(1),
        EmaDecay = 0.9,
        Accumulate = 2,
        ClipNorm = 1,
        LayerDecay = 0.8,
        DecayNorms = false,
        Unfreeze = Unfreezing.At(("layer2", 2)),
        FocalGamma = 1,
        ChooseBy = EpochMetric.MacroF1,
        Patience = 3,
        SoupOf = 2,
        ValidationFraction = 0.25,
    };

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void A_fine_tuning_with_all_mechanisms_that_is_stopped_and_resumed_gives_the_same_bytes(Precision precision)
    {
        FineTuningOptions all = Everything with { Precision = precision };
        byte[] expected = Weights(all);
        FineTuningOptions kept = all with { CheckpointFolder = _folder.PathOf("checkpoint") };
        using var stop = new CancellationTokenSource();
        Trainings.Train(kept with
        {
            Cancellation = stop.Token,
            Progress = new Listener(report =>
            {
                if (report is { Phase: TrainingPhase.Training, Epoch: 3, Done: >= 8 }) stop.Cancel();
            }),
        }, _images.Path).Dispose();
        Assert.Equal(expected, Weights(kept));
    }

    // Without validation images, the last epoch is the best.
    [Theory]
    [InlineData(0.9, 0, true)]
    [InlineData(0, 2, true)]
    [InlineData(0, 0, false)]
    public void Both_kinds_of_training_say_whether_their_weights_are_averages(double emaDecay, int swaFrom, bool isAverage) => Assert.All(
        new ImageClassificationOptions[] { Trainings.Extraction with { Epochs = 2 }, TrainedModel.Options with { Epochs = 2 } },
        options =>
        {
            using ImageClassificationTransformer model =
                Trainings.Train(options with { EmaDecay = emaDecay, SwaFrom = swaFrom }, _images.Path);
            Assert.Equal(isAverage, model.Training!.IsAverage);
        });

    // Rounding to 8 bits of mantissa changes each step a little; the losses of both formats are those of the same images in the same order.
    [Fact]
    public void Training_in_bfloat16_has_the_loss_of_float32_but_for_rounding()
    {
        EpochResult[][] epochs = [.. new[] { Precision.Float32, Precision.BFloat16 }.Select(precision =>
        {
            using ImageClassificationTransformer model = Trainings.Train(
                TrainedModel.Options with { Epochs = 10, Precision = precision }, _images.Path);
            return model.Training!.Epochs.ToArray();
        })];
        Assert.NotEqual(epochs[0][0].Loss, epochs[1][0].Loss);
        Assert.All(epochs[0].Zip(epochs[1]), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 0.05));
        Assert.True(epochs[0][^1].Loss < epochs[0][0].Loss / 2, $"{epochs[0][^1].Loss} after {epochs[0][0].Loss}");
    }

    [Fact]
    public void Both_kinds_of_training_average_their_best_epochs_and_say_the_accuracy_of_the_average()
    {
        var ml = new MLContext(seed: 1);
        IDataView images = ml.Data.LoadImageFolder(_images.Path);
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[]
        {
            Trainings.Extraction with { Epochs = 6 }, TrainedModel.Options with { Epochs = 3 },
        })
        {
            using ImageClassificationTransformer model = Trainings.Train(
                options with { Validation = images, SoupOf = 3 }, _images.Path, new MLContext(seed: 1));
            TrainingSummary summary = model.Training!;
            Assert.InRange(summary.SoupEpochs.Count, 1, 3);
            Assert.Contains(summary.BestEpoch, summary.SoupEpochs);
            Assert.Equal(summary.SoupEpochs.Order(), summary.SoupEpochs);
            Assert.True(summary.ValidationAccuracy >= summary.Epochs[summary.BestEpoch - 1].ValidationAccuracy);
            IDataView scored = model.Transform(Trainings.Keyed(ml, images));
            Assert.Equal(summary.ValidationAccuracy, ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, 1e-9);
        }
    }

    [Fact]
    public void An_average_of_the_best_epochs_needs_validation_images()
    {
        FeatureExtractionOptions options = Trainings.Extraction with { Epochs = 2, SoupOf = 2 };
        Assert.Contains("SoupOf is 2, and there are no validation images to choose epochs by.", Assert.ThrowsAny<ArgumentException>(
            () => Trainings.Train(options, _images.Path)).Message, StringComparison.Ordinal);

        var ml = new MLContext(seed: 1);
        IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(options);
        Assert.NotEmpty(trainer.FindLearningRate(images).Points);
        using ImageClassificationTransformer model = trainer.Fit(images, images);
        Assert.NotEmpty(model.Training!.SoupEpochs);
    }

    [Fact]
    public void Layers_that_are_never_unfrozen_keep_their_weights()
    {
        string before = _folder.PathOf("before.safetensors"), after = _folder.PathOf("after.safetensors");
        using (ImageClassificationTransformer first = Trainings.Train(TrainedModel.Options with { Epochs = 1 }, _images.Path))
            first.SaveWeights(before);
        using (ImageClassificationTransformer next = Trainings.Train(Everything with { Weights = before }, _images.Path))
            next.SaveWeights(after);
        var (old, now) = (SafetensorsFile.Read(before).Tensors, SafetensorsFile.Read(after).Tensors);
        Assert.Equal(old["conv1.weight"].Bytes, now["conv1.weight"].Bytes);
        Assert.NotEqual(old["layer2.0.conv1.weight"].Bytes, now["layer2.0.conv1.weight"].Bytes);
    }

    [Fact]
    public void A_learning_rate_is_found_for_both_kinds_of_training()
    {
        var ml = new MLContext(seed: 1);
        IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        var trainers = ml.MulticlassClassification.Trainers;
        LearningRateCurve features = trainers.FeatureExtraction(Trainings.Extraction).FindLearningRate(images);
        LearningRateCurve tuning = trainers.FineTuning(TrainedModel.Options).FindLearningRate(images);
        Assert.InRange(features.Points.Count, 20, 100);
        Assert.InRange(tuning.Valley, 1e-6, 1);
        Assert.InRange(features.Valley, 1e-6, 10);
    }

    [Fact]
    public void A_training_after_a_search_for_a_learning_rate_gives_the_same_bytes_as_one_without_a_search()
    {
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[]
        {
            Trainings.Extraction, TrainedModel.Options with { Epochs = 2 },
        })
        {
            byte[] expected = Weights(options);
            var ml = new MLContext(seed: 1);
            IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
            ImageClassificationEstimator trainer = Trainings.Trainer(ml, options);
            Assert.NotEmpty(trainer.FindLearningRate(images).Points);
            Assert.Equal(expected, Weights(trainer.Fit(images)));
        }
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private byte[] Weights(ImageClassificationOptions options) => Weights(Trainings.Train(options, _images.Path));

    private byte[] Weights(ImageClassificationTransformer model)
    {
        string path = _folder.PathOf("weights.safetensors");
        using (model) model.SaveWeights(path);
        return File.ReadAllBytes(path);
    }
}
