using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

[Collection(nameof(RunAlone))]
public sealed class FailedTrainingTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 4);

    public static TheoryData<string> Failures => [.. Options.Keys];

    private static Dictionary<string, FineTuningOptions> Options { get; } = new()
    {
        ["no auxiliary heads"] = TrainedModel.Options with { AuxiliaryWeight = 0.3 },
        ["no such layer"] = TrainedModel.Options with { Train = Layers.From("attic") },
        ["images of another size"] = TrainedModel.Options with { TrainingTransforms = Presets.ImageNetTrain() },
        ["diverged"] = TrainedModel.Options with { LearningRate = 1e30 },
        ["stopped before the end of an epoch"] = TrainedModel.Options with { Cancellation = new CancellationToken(canceled: true) },
    };

    [Theory, MemberData(nameof(Failures))]
    public void A_training_that_fails_leaves_no_network_behind(string failure)
    {
        IDataView keyed = Keyed();
        long disposed = CountedFor(() => ModelZoo.Find(TrainedModel.Options.Backbone).Build(classes: 2).Dispose());

        long before = LiveTensors.Count();
        Exception error = Assert.ThrowsAny<Exception>(
            () => Context().MulticlassClassification.Trainers.FineTuning(Options[failure]).Fit(keyed));

        Assert.True(error is ArgumentException or InvalidOperationException or OperationCanceledException, error.ToString());
        // Some fail before there is a network. One that is not disposed counts its parameters twice, and its buffers.
        Assert.InRange(TorchSharp.torch.Tensor.TotalCount - before, 0, disposed);
    }

    [Fact]
    public void What_fails_in_a_later_epoch_is_thrown_with_the_best_model_of_the_epochs_before()
    {
        var stumbling = new Stumbling(epoch: 3);
        var failure = Assert.Throws<TrainingFailedException>(() => Train(TrainedModel.Options with { Progress = stumbling }));
        Assert.StartsWith("Epoch 3 failed: The listener stumbled. The best model of the finished epochs, of epoch 2, is in the Model",
            failure.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(failure.InnerException);
        using ImageClassificationTransformer model = failure.Model;
        Assert.Equal(2, model.Training!.Epochs.Count);
        Assert.Equal("Epoch 3 failed: The listener stumbled.", model.Training.Failure);
        Assert.False(model.Training.Cancelled);
        Assert.All(Scores(model), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void A_head_that_fails_in_a_later_epoch_leaves_its_best_too()
    {
        FeatureExtractionOptions options =
            new() { Backbone = "cifar_resnet20", Weights = "none", Progress = new Stumbling(epoch: 4), Precision = Precision.Float32 };
        var failure = Assert.Throws<TrainingFailedException>(
            () => Context().MulticlassClassification.Trainers.FeatureExtraction(options).Fit(Keyed()));
        Assert.Equal(3, failure.Model.Training!.BestEpoch);
        failure.Model.Dispose();
    }

    [Fact]
    public void An_image_whose_features_are_not_finite_is_named()
    {
        ModelZoo.Register(new Backbone(
            "means", nameof(Means), 3, Preprocessing.Cifar, () => new Means(images => (1 - images.mean([2, 3]).abs()).log())));
        FeatureExtractionOptions options = new() { Backbone = "means", Weights = "none" };
        var error = Assert.Throws<InvalidOperationException>(
            () => Context().MulticlassClassification.Trainers.FeatureExtraction(options).Fit(Keyed()));
        Assert.StartsWith("The backbone makes NaN or infinity of 8 of 8 images, the first of which is '", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_validation_image_whose_features_are_not_finite_is_named()
    {
        using var withRed = new ColouredImages(perClass: 1, classes: 3);
        string red = Path.Combine(withRed.PathOf("red"), "00.png"), blue = Path.Combine(withRed.PathOf("blue"), "00.png");
        ModelZoo.Register(new Backbone("reds", nameof(Means), 3, Preprocessing.Cifar, () => new Means(
            images => (1 - images.mean([2, 3]).select(1, 0)).log().unsqueeze(1).expand(-1, 3))));
        MLContext ml = Context();
        FeatureExtractionOptions options = new()
        {
            Backbone = "reds", Weights = "none", CacheFolder = null,
            Validation = ml.Data.LoadFromEnumerable(
                new[] { blue, red }.Select(path => new { ImagePath = path, Label = "blue" }).ToList()),
        };
        var error = Assert.Throws<InvalidOperationException>(
            () => ml.MulticlassClassification.Trainers.FeatureExtraction(options).Fit(Keyed()));
        Assert.StartsWith($"The backbone makes NaN or infinity of 1 of 2 images, the first of which is '{red}'.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Colors_that_normalization_makes_infinite_are_an_error_that_names_it()
    {
        // Divided by so little, every color is infinite.
        Preprocessing broken = Preprocessing.Cifar with { StandardDeviation = new Rgb(1e-45f, 1e-45f, 1e-45f) };
        FeatureExtractionOptions options = new() { Backbone = "cifar_resnet20", Weights = "none", Preprocessing = broken };
        var error = Assert.Throws<InvalidOperationException>(
            () => Context().MulticlassClassification.Trainers.FeatureExtraction(options).Fit(Keyed()));
        Assert.StartsWith("Normalization makes colors infinite or NaN: it subtracts 0.485 and divides by 1E-45.", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)] // every batch
    [InlineData(7)] // 8 images: the last batch
    public void A_batch_of_one_leaves_weights_and_statistics_finite(int batchSize)
    {
        using ImageClassificationTransformer model = Train(new()
        {
            Backbone = "mobilenet_v3_small", Weights = "none", ImageSize = 32, Epochs = 1, BatchSize = batchSize,
            Precision = Precision.Float32, Device = DeviceKind.Cpu,
        });
        Assert.All(Scores(model), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void A_batch_of_which_one_image_can_be_read_leaves_statistics_finite()
    {
        string[] blue = Directory.GetFiles(_images.PathOf("blue")), green = Directory.GetFiles(_images.PathOf("green"));
        foreach (string file in blue.Order().Skip(1).Concat(green.Order().Skip(2))) File.WriteAllText(file, "torn");
        using ImageClassificationTransformer model = Train(new()
        {
            Backbone = "mobilenet_v3_small", Weights = "none", ImageSize = 32, Epochs = 4, BatchSize = 2, Mixup = 0.4, CutMix = 1,
            Precision = Precision.Float32, Device = DeviceKind.Cpu,
        });
        Assert.Equal(3, model.Training!.TrainingImages);
        Assert.All(Scores(model).Take(1), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void A_model_that_is_not_finite_is_not_saved()
    {
        using ImageClassificationTransformer model = Train(TrainedModel.Options with { Epochs = 1 });
        using (TorchSharp.torch.no_grad()) model.Network.Head.parameters().First().fill_(float.NaN);
        using var stream = new MemoryStream();
        var error = Assert.Throws<InvalidOperationException>(() => Context().Model.Save(model, Keyed().Schema, stream));
        Assert.StartsWith("The model is not saved: 'linear.weight' in its network holds NaN or infinity", error.Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => model.SaveWeights(_images.PathOf("weights.safetensors")));
    }

    public void Dispose() => _images.Dispose();

    private ImageClassificationTransformer Train(FineTuningOptions options) =>
        Context().MulticlassClassification.Trainers.FineTuning(options).Fit(Keyed());

    private static long CountedFor(Action action)
    {
        long before = LiveTensors.Count();
        action();
        return TorchSharp.torch.Tensor.TotalCount - before;
    }

    private static MLContext Context() => new(seed: 1);

    private IDataView Keyed() => Trainings.Keyed(Context(), Context().Data.LoadImageFolder(_images.Path));

    private float[] Scores(ImageClassificationTransformer model) =>
        [.. model.Transform(Keyed()).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private sealed class Stumbling(int epoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == epoch) throw new IOException("The listener stumbled.");
        }
    }

    /// <summary>The logarithm of how far the mean of each color is below 1: NaN for images that are one color.</summary>
    private sealed class Means : ImageModel
    {
        public Means(Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor> features)
            : base(nameof(Means), headName: "fc", featureWidth: 3) =>
            Groups = [new LayerGroup("means", [], features)];

        public override IReadOnlyList<LayerGroup> Groups { get; }
    }
}
