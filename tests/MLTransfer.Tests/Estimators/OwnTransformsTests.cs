using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Training;

namespace MLTransfer.Tests.Estimators;

public sealed class OwnTransformsTests : IDisposable
{
    private static readonly Preprocessing Own = Preprocessing.Cifar with { Transforms = [new Resize(40, 48), new CenterCrop(32)] };

    private static readonly FineTuningOptions Plain = TrainedModel.Options with { Augmentation = Presets.None };

    private static readonly IReadOnlyList<ImageTransform> Evaluation = Preprocessing.Cifar.EvaluationTransforms();

    private readonly ColouredImages _images = new(perClass: 4);

    [Fact]
    public void A_model_keeps_the_transforms_of_its_preprocessing_in_its_file()
    {
        var ml = new MLContext(seed: 1);
        ImageClassificationTransformer model = Train(ml, TrainedModel.Options with { Epochs = 1, Preprocessing = Own });
        var stream = new MemoryStream();
        ml.Model.Save(model, null, stream);
        var loading = new MLContext();
        loading.AddMLTransfer();
        var loaded = (ImageClassificationTransformer)loading.Model.Load(stream, out _);

        Assert.Equal(Own.Transforms, loaded.Preprocessing.Transforms);
        Assert.Equal(Scores(model), Scores(loaded));
    }

    [Fact]
    public void Mixed_images_can_be_learned_from()
    {
        ImageClassificationTransformer model =
            Train(new MLContext(seed: 1), TrainedModel.Options with
            {
                Epochs = 20,
                Mixup = 0.2,
                CutMix = 1,
                TrainingTransforms = Presets.Cifar
            });
        Assert.All(model.Training!.Epochs, epoch => Assert.True(double.IsFinite(epoch.Loss)));
        Assert.True(model.Training.Epochs[^1].Loss < model.Training.Epochs[0].Loss,
            $"{model.Training.Epochs[0].Loss} before, {model.Training.Epochs[^1].Loss} after");
    }

    [Theory]
    [InlineData(Presets.None)]
    [InlineData(Presets.Standard)]
    [InlineData("digits")]
    public void A_training_step_sees_the_images_that_its_augmentation_makes(string augmentation)
    {
        using var step = new FirstStep(_images.Path, Plain with { Augmentation = augmentation });
        Assert.Equal(step.LossOfEach(step.Order, Presets.Find(augmentation, Preprocessing.Cifar)).Average(), step.Loss, 1e-4);
    }

    [Fact]
    public void Training_transforms_of_ones_own_take_the_place_of_the_augmentation()
    {
        ImageTransform[] inverted = [new Resize(32, 32), new RandomInvert(probability: 1)];
        using var step = new FirstStep(_images.Path, Plain with { Augmentation = "digits", TrainingTransforms = inverted });
        Assert.Equal(step.LossOfEach(step.Order, inverted).Average(), step.Loss, 1e-4);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(0.5, 0.5)]
    public void A_training_step_sees_mixed_images_and_mixed_classes(double mixup, double cutMix)
    {
        using var step = new FirstStep(_images.Path, Plain with { Mixup = mixup, CutMix = cutMix });
        var mixing = new BatchMixing(mixup, cutMix, classes: 2, FirstStep.Seed);
        Assert.Equal(step.LossOfEach(step.Order, Evaluation, mixing).Average(), step.Loss, 1e-4);
        Assert.NotEqual(step.LossOfEach(step.Order, Evaluation).Average(), step.Loss, 1e-3);
    }

    [Fact]
    public void Training_transforms_of_another_size_are_refused()
    {
        var error = Assert.ThrowsAny<ArgumentException>(
            () => Train(new MLContext(), TrainedModel.Options with { TrainingTransforms = Presets.ImageNetTrain() }));
        Assert.Contains("TrainingTransforms cannot be used: the transforms end with 224 × 224 pixels, and the network is to see 32 × 32.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"transform":"resize","shorterSide":-1}]""")]
    [InlineData("""[{"transform":"resize","shorterSide":40}]""")]
    [InlineData("""[{"transform":"center-crop","size":{"width":99,"height":32}}]""")]
    [InlineData("""[{"transform":"erase-the-disk"}]""")]
    [InlineData("7")]
    public void A_model_file_with_impossible_transforms_is_refused(string transforms)
    {
        string json = Description(Own).ToJson();
        string hostile = json.Replace(TransformJson.Write(Own.Transforms!), transforms, StringComparison.Ordinal);

        Assert.NotEqual(json, hostile);
        Assert.Throws<InvalidDataException>(() => ModelDescription.FromJson(hostile));
    }

    [Fact]
    public void A_description_is_of_the_oldest_format_that_can_say_it()
    {
        Assert.Contains("\"format\":1,", Description(Preprocessing.Cifar).ToJson(), StringComparison.Ordinal);
        Assert.Contains("\"format\":2,", Description(Own).ToJson(), StringComparison.Ordinal);
        Assert.Contains("\"format\":2,", (Description(Preprocessing.Cifar) with { Head = "dropout:0.5" }).ToJson(),
            StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private static ModelDescription Description(Preprocessing preprocessing) => new()
    {
        Backbone = "cifar_resnet20", Labels = ["blue", "green"], ImageColumnName = "ImagePath", Preprocessing = preprocessing,
        Precision = Precision.Float32,
    };

    private ImageClassificationTransformer Train(MLContext ml, FineTuningOptions options) => Trainings.Train(options, _images.Path, ml);

    private float[][] Scores(ImageClassificationTransformer model) => Trainings.Scores(model, _images.Path);
}
