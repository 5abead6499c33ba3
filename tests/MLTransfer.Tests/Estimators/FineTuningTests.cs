using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Estimators;

public sealed class FineTuningTests : IDisposable
{
    // So small a step changes nothing that could be seen.
    private static readonly FineTuningOptions Still = TrainedModel.Options with { Epochs = 1, LearningRate = 1e-12 };

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_new_head_is_warmed_up_for_ten_epochs_of_feature_extraction_before_the_backbone_learns()
    {
        string weights = _folder.PathOf("weights.safetensors");
        Train(TrainedModel.Options with { Epochs = 1 }).SaveWeights(weights);
        using ImageClassificationTransformer warm = Train(Still with { Weights = weights });
        using ImageClassificationTransformer cold = Train(Still with { Weights = weights, HeadWarmup = false });
        using ImageClassificationTransformer extracted = Train(Trainings.Extraction with { Epochs = 10, Weights = weights });
        float[] expected = Head(extracted);
        Assert.All(expected.Zip(Head(warm)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Contains(expected.Zip(Head(cold)), pair => Math.Abs(pair.First - pair.Second) > 0.01);
    }

    [Fact]
    public void With_the_head_alone_nothing_of_the_backbone_changes_not_even_its_statistics()
    {
        string weights = _folder.PathOf("weights.safetensors"), after = _folder.PathOf("after.safetensors");
        Train(TrainedModel.Options with { Epochs = 1 }).SaveWeights(weights);
        Train(TrainedModel.Options with { Epochs = 2, Weights = weights, HeadWarmup = false, Train = Layers.Head }).SaveWeights(after);
        IReadOnlyDictionary<string, StoredTensor> old = WeightsFile.Read(weights), trained = WeightsFile.Read(after);
        Assert.All(old, each => Assert.Equal(
            !each.Key.StartsWith("linear.", StringComparison.Ordinal),
            each.Value.Bytes.Span.SequenceEqual(trained[each.Key].Bytes.Span)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_norms_keep_the_statistics_of_pretrained_weights_unless_asked_not_to(bool keeps)
    {
        string weights = _folder.PathOf("weights.safetensors"), after = _folder.PathOf("after.safetensors");
        Train(TrainedModel.Options with { Epochs = 1 }).SaveWeights(weights);
        FineTuningOptions asked = Still with { Weights = weights };
        Train(keeps ? asked : asked with { FreezeBatchNorm = false }).SaveWeights(after);
        Assert.Equal(keeps, Mean(weights).SequenceEqual(Mean(after)));
    }

    [Fact]
    public void Random_weights_have_no_statistics_to_keep()
    {
        string weights = _folder.PathOf("weights.safetensors");
        Train(Still with { FreezeBatchNorm = true }).SaveWeights(weights);
        Assert.Contains(Mean(weights), value => value != 0);
    }

    [Fact]
    public void Random_weights_have_no_features_to_warm_a_head_up_with()
    {
        var phases = new HashSet<TrainingPhase>();
        Train(Still with { Progress = new Listener(report => phases.Add(report.Phase)) }).Dispose();
        Assert.DoesNotContain(TrainingPhase.Features, phases);
    }

    [Fact]
    public void Stopping_while_the_images_are_validated_does_not_count_the_epoch()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Listener(report =>
        {
            if (report is { Phase: TrainingPhase.Validation, Epoch: 2 }) stop.Cancel();
        });
        using ImageClassificationTransformer model = Train(
            TrainedModel.Options with { Epochs = 5, ValidationFraction = 0.25, Progress = progress, Cancellation = stop.Token });
        Assert.Equal((true, 1, 1), (model.Training!.Cancelled, model.Training.Epochs.Count, model.Training.BestEpoch));
    }

    [Fact]
    public void Images_that_come_or_go_while_a_training_is_stopped_in_an_epoch_are_said_when_it_resumes()
    {
        using var stop = new CancellationTokenSource();
        FineTuningOptions kept = TrainedModel.Options with { Epochs = 3, CheckpointFolder = _folder.PathOf("checkpoint") };
        var progress = new Listener(report =>
        {
            if (report is { Phase: TrainingPhase.Training, Epoch: 2, Done: 8 }) stop.Cancel();
        });
        Assert.Single(Train(kept with { Progress = progress, Cancellation = stop.Token }).Training!.Epochs);
        File.Copy(_images.PathOf("blue/00.png"), _images.PathOf("blue/more.png"));
        string message = Assert.Throws<InvalidOperationException>(() => Train(kept)).Message;
        Assert.Contains("Images was '16 (", message, StringComparison.Ordinal);
        Assert.Contains(" and is '17 (", message, StringComparison.Ordinal);
        File.Delete(_images.PathOf("blue/more.png"));
        Assert.Equal(3, Train(kept).Training!.Epochs.Count);
    }

    [Fact]
    public void A_checkpoint_says_what_checkpoints_always_said()
    {
        Train(Still with { CheckpointFolder = _folder.PathOf("checkpoint") }).Dispose();
        using var state = JsonDocument.Parse(File.ReadAllText(_folder.PathOf("checkpoint/epoch-00001/state.json")));
        var training = state.RootElement.GetProperty("training").EnumerateObject()
            .ToDictionary(each => each.Name, each => each.Value.GetString());
        Assert.Equal(
            [
                "AuxiliaryWeight", "Backbone", "Balance", "BatchSize", "Classes", "CutMix", "Epochs", "EvaluationTransforms", "Head",
                "HeadFactor", "HeadWarmup", "Images", "LabelSmoothing", "LearningRate", "Mixup", "Optimizer", "Precision", "ReducedScale",
                "Schedule", "Seed", "Train", "TrainingTransforms", "Validation images", "WeightDecay", "Weights",
            ],
            training.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["all", "linear", "none", "1E-12", "True", "Sgd"],
            new[] { "Train", "Head", "Weights", "LearningRate", "HeadWarmup", "Optimizer" }.Select(name => training[name]));
        Assert.Equal(["best", "epochs", "images", "seconds", "training"],
            state.RootElement.EnumerateObject().Select(each => each.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_checkpoint_of_other_colors_is_refused_and_one_that_does_not_mention_the_usual_ones_is_not()
    {
        Preprocessing usual = ModelZoo.Find(Still.Backbone).Preprocessing;
        Preprocessing[] others =
        [
            usual with { Mean = new(0.25f, 0.5f, 0.5f) }, usual with { StandardDeviation = new(0.25f, 0.5f, 0.5f) },
            usual with { Channels = ChannelOrder.Bgr },
        ];
        FineTuningOptions kept = Still with { CheckpointFolder = _folder.PathOf("checkpoint") };
        Train(kept).Dispose();
        Train(kept with { Preprocessing = usual }).Dispose();
        string[] refusals = [.. others.Select(other =>
            Assert.Throws<InvalidOperationException>(() => Train(kept with { Preprocessing = other })).Message)];
        Assert.All(
            refusals.Zip(
                ["Mean was nothing and is '0.25, 0.5, 0.5' now", "StandardDeviation was nothing", "Channels was nothing and is 'Bgr' now"]),
            pair => Assert.Contains(pair.Second, pair.First, StringComparison.Ordinal));
        Assert.All(others.Index(), other =>
        {
            FineTuningOptions own = Still with
            {
                CheckpointFolder = _folder.PathOf($"checkpoint{other.Index}"),
                Preprocessing = other.Item,
            };
            Train(own).Dispose();
            Train(own).Dispose();
        });
    }

    [Fact]
    public void Images_to_validate_on_may_be_given_to_Fit()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_images.Path);
        using ImageClassificationTransformer model = ml.MulticlassClassification.Trainers.FineTuning(Still)
            .Fit(Trainings.Keyed(ml, data), data);
        Assert.Equal((16, 16), (model.Training!.TrainingImages, model.Training.ValidationImages));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Columns_come_first_as_in_the_trainers_of_ML_NET(bool fineTunes)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Transforms.CopyColumns("Kind", "Label").Append(ml.Transforms.CopyColumns("Where", "ImagePath"))
            .Append(ml.Transforms.DropColumns("Label", "ImagePath")).Append(ml.Transforms.Conversion.MapValueToKey("Kind"))
            .Fit(ml.Data.LoadImageFolder(_images.Path)).Transform(ml.Data.LoadImageFolder(_images.Path));
        var trainers = ml.MulticlassClassification.Trainers;
        IEstimator<ImageClassificationTransformer> trainer = fineTunes
            ? trainers.FineTuning("Kind", "Where", "Probabilities", "Best", "cifar_resnet20", "none", data)
            : trainers.FeatureExtraction("Kind", "Where", "Probabilities", "Best", "cifar_resnet20", "none", data);
        using ImageClassificationTransformer model = trainer.Fit(data);
        IDataView scored = model.Transform(data);
        Assert.Equal(2, scored.GetColumn<float[]>("Probabilities").First().Length);
        Assert.Equal(16, scored.GetColumn<uint>("Best").Count());
        Assert.Equal((16, "cifar_resnet20"), (model.Training!.ValidationImages, model.Backbone));
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private ImageClassificationTransformer Train(ImageClassificationOptions options) => Trainings.Train(options, _images.Path);

    private static float[] Head(ImageClassificationTransformer model) => [.. StateDict.Save(model.Network)
        .Where(tensor => tensor.Name.StartsWith("linear.", StringComparison.Ordinal)).SelectMany(tensor => Floats(tensor.Bytes))];

    private static float[] Mean(string weights) => Floats(WeightsFile.Read(weights)["bn1.running_mean"].Bytes);

    private static float[] Floats(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();
}
