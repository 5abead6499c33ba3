using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests.Tutorials;

/// <summary>The code of docs/tutorials, on few and small images with random weights.</summary>
public sealed class TutorialTests : IDisposable
{
    // A test registers the network of a page; names are taken for the rest of the process.
    private static readonly Lazy<bool> DigitsBackbone = new(RegisterDigits);
    private static readonly Lazy<ClassifierHead> FlowersHead = new(RegisterHead);

    private readonly TutorialImages _images = new();

    public void Dispose() => _images.Dispose();

    [Fact]
    public void ResNet_18_on_ants_and_bees()
    {
        string folder = _images.Photographs("train", "val");
        Assert.InRange(TrainAntsAndBees(folder, Path.Combine(folder, "val", "red", "0.png"), Small), 0, 1);
    }

    [NeedsSharedFact("weights/resnet18_trunk_imagenet.pth"), Trait("Category", "Long")]
    public void ResNet_18_learns_to_tell_real_ants_from_bees()
    {
        string folder = SharedFolder.PathOf("data/hymenoptera"), weights = SharedFolder.PathOf("weights/resnet18_trunk_imagenet.pth");
        double accuracy = TrainAntsAndBees(
            folder, Directory.GetFiles(Path.Combine(folder, "val", "bees")).Order().First(),
            options => options with { Weights = weights, ImageSize = 96, Epochs = 3 });
        // Chance is 0.54.
        Assert.InRange(accuracy, 0.75, 1);
    }

    private double TrainAntsAndBees(string folder, string image, Func<FineTuningOptions, FineTuningOptions> change)
    {
        string file = _images.PathOf("ants-bees.zip");

        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImages(folder, split: "train");
        IDataView validation = ml.Data.LoadImages(folder, split: "val");

        var options = new FineTuningOptions
        {
            Backbone = "resnet18",
            Train = Layers.Head,                     // every layer: Layers.All, which is the default
            HeadWarmup = false, FreezeBatchNorm = false,
            Augmentation = "crop:0.08,flip",
            Optimizer = OptimizerKind.Sgd, LearningRate = 0.001, Momentum = 0.9, Nesterov = false, WeightDecay = 0,
            Schedule = LearningRateSchedule.Step(epochs: 7, factor: 0.1),
            Epochs = 25,
            BatchSize = 4,
            Validation = validation,
        };

        options = change(options);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(validation));
        ml.Model.Save(model, train.Schema, file);

        using var engine = ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(ml.Model.Load(file, out _));
        Assert.Contains(engine.Predict(new ImageFile { ImagePath = image }).PredictedLabel, train.GetColumn<string>("Label"));
        return metrics.MicroAccuracy;
    }

    [Fact]
    public void ResNet_50_on_digits()
    {
        string folder = _images.Digits("", "train", "t10k"), qmnistFolder = _images.Digits("qmnist-", "train", "test");
        int known = 4;

        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImages(folder, split: "train");
        IDataView test = ml.Data.LoadImages(folder, split: "test");
        // The first of QMNIST's test digits are those of MNIST, by which the epoch is chosen.
        IDataView qmnist = ml.Data.SkipRows(ml.Data.LoadImages(qmnistFolder, split: "test"), known);

        var options = new FineTuningOptions
        {
            Backbone = "resnet50",
            Weights = "IMAGENET1K_V1",
            Train = Layers.From("layer4"),
            HeadWarmup = false, FreezeBatchNorm = false,
            ImageSize = 224, ResizeTo = 224,
            Mean = new Rgb(0.5f, 0.5f, 0.5f), StandardDeviation = new Rgb(0.5f, 0.5f, 0.5f),
            Augmentation = "rotate:10",
            Optimizer = OptimizerKind.Adam, LearningRate = 0.001, WeightDecay = 0,
            Schedule = ScheduleKind.Constant,
            Epochs = 10,
            BatchSize = 128,
            Validation = test,
        };

        options = Small(options);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        double accuracy = ml.MulticlassClassification.Evaluate(model.Transform(qmnist)).MicroAccuracy;

        Assert.InRange(accuracy, 0, 1);
        Assert.Equal(["4", "5", "6", "7", "8", "9"], qmnist.GetColumn<string>("Label"));
        Assert.Equal((32, 32, options.Mean), Trained(model));
    }

    [Fact, Trait("Category", "Long")]
    public void VGG_16_with_its_last_layer_replaced()
    {
        string folder = _images.Photographs("train", "test");

        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImages(folder, split: "train");
        IDataView test = ml.Data.LoadImages(folder, split: "test");

        var options = new FineTuningOptions
        {
            Backbone = "vgg16",
            Train = Layers.Head,                     // classifier.6, with the dropout before it
            HeadWarmup = false,
            ImageSize = 224, ResizeTo = 224,
            Mean = new Rgb(0.5f, 0.5f, 0.5f), StandardDeviation = new Rgb(0.5f, 0.5f, 0.5f),
            Augmentation = "shift:0.125,flip",
            Optimizer = OptimizerKind.Adam, LearningRate = 0.001, WeightDecay = 0,
            Schedule = ScheduleKind.Constant,
            Epochs = 10,
            BatchSize = 128,
            Validation = test,
        };

        options = Small(options);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        double accuracy = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;

        Assert.InRange(accuracy, 0, 1);
        Assert.Equal((32, 32, options.Mean), Trained(model));
    }

    [Fact, Trait("Category", "Long")]
    public void VGG_16_with_a_head_of_several_layers()
    {
        string folder = Path.Combine(_images.Photographs("train"), "train");
        ClassifierHead head = FlowersHead.Value;

        var ml = new MLContext(seed: 1);
        IDataView images = ml.Data.LoadImages(folder);

        var options = new FineTuningOptions
        {
            Backbone = "vgg16",
            Head = head,
            Train = Layers.Head,
            HeadWarmup = false,
            Augmentation = "crop:0.08,rotate:30,flip",
            Optimizer = OptimizerKind.Sgd, LearningRate = 0.01, Momentum = 0.9, Nesterov = false, WeightDecay = 0,
            Schedule = ScheduleKind.Constant,
            Epochs = 20,
            BatchSize = 64,
            ValidationFraction = 0.2,
            ChooseBy = EpochMetric.Loss,
        };

        options = Small(options) with { ValidationFraction = 0.5 };

        var trainer = ml.MulticlassClassification.Trainers.FineTuning(options);
        var labeled = ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);

        ImageClassificationTransformer model = trainer.Fit(labeled);
        foreach (EpochResult epoch in model.Training!.Epochs)
            Console.WriteLine($"{epoch.Epoch}: {epoch.ValidationLoss:f4}, {epoch.ValidationAccuracy:p1}");
        Console.WriteLine($"kept: epoch {model.Training.BestEpoch}");

        Assert.Equal((1, "flowers"), (model.Training.BestEpoch, model.Head.Name));
        Assert.All(model.Transform(labeled).GetColumn<float[]>("Score"), score => Assert.Equal(1, score.Sum(), 1e-5f));
    }

    [Fact]
    public void A_small_network_of_ones_own()
    {
        TrainDigits(_images.Digits("", "train", "t10k"), "train", "test", options => options with { Epochs = 1 });
    }

    [NeedsSharedFact("data/mnist"), Trait("Category", "Long")]
    public void The_small_network_learns_the_real_digits()
    {
        // The 10,000 digits of the test set, of which a fifth is held back.
        ImageClassificationTransformer model = TrainDigits(
            SharedFolder.PathOf("data/mnist"), "test", null, options => options with { Validation = null, ValidationFraction = 0.2 });
        foreach (EpochResult epoch in model.Training!.Epochs)
            Console.WriteLine($"{epoch.Epoch}: {epoch.Loss:f4} {epoch.ValidationAccuracy:p2} {epoch.Seconds:f1} s");
        Assert.InRange(model.Training.ValidationAccuracy, 0.97, 1);
    }

    private static ImageClassificationTransformer TrainDigits(
        string folder, string trainingSplit, string? testSplit, Func<FineTuningOptions, FineTuningOptions> change)
    {
        Assert.True(DigitsBackbone.Value);
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImages(folder, trainingSplit);
        IDataView? test = testSplit is null ? null : ml.Data.LoadImages(folder, testSplit);

        var options = new FineTuningOptions
        {
            Backbone = "digits",
            Weights = null,                          // random ones
            Augmentation = "none",
            Optimizer = OptimizerKind.Adam, LearningRate = 0.001, WeightDecay = 0,
            Schedule = ScheduleKind.Constant,
            Epochs = 5,
            BatchSize = 64,
            Validation = test,
        };

        options = change(options);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FineTuning(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        return pipeline.Fit(train).OfType<ImageClassificationTransformer>().Single();
    }

    private static bool RegisterDigits()
    {
        ModelZoo.Register(new Backbone(
            "digits", "DigitNet", 64 * 7 * 7, new Preprocessing
            {
                ResizeTo = 28, CropTo = 28, Mean = new Rgb(0.5f, 0.5f, 0.5f), StandardDeviation = new Rgb(0.5f, 0.5f, 0.5f),
            },
            () => new DigitNet()));
        return true;
    }

    private static ClassifierHead RegisterHead()
    {
        ClassifierHead head = ClassifierHead.Register("flowers", (features, classes) => nn.Sequential(
            nn.Linear(features, 1024), nn.ReLU(), nn.Dropout(0.4),
            nn.Linear(1024, 256), nn.ReLU(), nn.Dropout(0.4),
            nn.Linear(256, classes), nn.LogSoftmax(1)));
        return head;
    }

    /// <summary>The same training, of a second instead of hours, without published weights.</summary>
    private static FineTuningOptions Small(FineTuningOptions options) =>
        options with { Weights = "none", Epochs = 1, BatchSize = 2, ImageSize = 32, ResizeTo = options.ResizeTo is null ? null : 32 };

    private static (int ResizeTo, int CropTo, Rgb? Mean) Trained(ITransformer model)
    {
        Preprocessing preprocessing = ((IEnumerable<ITransformer>)model).OfType<ImageClassificationTransformer>().Single().Preprocessing;
        return (preprocessing.ResizeTo, preprocessing.CropTo, preprocessing.Mean);
    }
}
