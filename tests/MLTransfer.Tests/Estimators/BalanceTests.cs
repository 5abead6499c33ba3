using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class BalanceTests : IDisposable
{
    // All images in one step, which is so small that the loss is still that of the trained model.
    private static readonly FeatureExtractionOptions OneStep =
        Trainings.Extraction with { Epochs = 1, BatchSize = 10, LearningRate = 1e-12 };

    // Eight blue images and two green ones are left.
    private static readonly int[] Labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    public BalanceTests()
    {
        foreach (string file in Directory.GetFiles(_images.PathOf("green")).Skip(2))
            File.Delete(file);
    }

    [Theory]
    [InlineData(ClassBalance.None)]
    [InlineData(ClassBalance.Weights)]
    [InlineData(ClassBalance.Sampling)]
    public void The_loss_is_the_mean_over_the_images_as_they_are_balanced(ClassBalance balance)
    {
        using ImageClassificationTransformer model = Trainings.Train(OneStep with { Balance = balance }, _images.Path);
        double[] losses = LossOfEach(model);
        double expected = balance switch
        {
            // Each class counts the same.
            ClassBalance.Weights => (losses[..8].Average() + losses[8..].Average()) / 2,
            ClassBalance.Sampling => ClassSampling.Balanced(Labels, seed: 1, epoch: 1).Average(index => losses[index]),
            _ => losses.Average(),
        };
        Assert.Equal(expected, model.Training!.Epochs[0].Loss, 1e-4);
    }

    [Theory]
    [InlineData(ClassBalance.None)]
    [InlineData(ClassBalance.Weights)]
    [InlineData(ClassBalance.Sampling)]
    public void The_loss_of_fine_tuning_is_balanced_in_the_same_way(ClassBalance balance)
    {
        using var step = new FirstStep(
            _images.Path, TrainedModel.Options with { Balance = balance, Augmentation = Presets.None });
        int[] order = balance == ClassBalance.Sampling ? step.BalancedOrder : step.Order;
        var losses = order.Zip(step.LossOfEach(order, Preprocessing.Cifar.EvaluationTransforms())).ToLookup(
            image => step.Labels[image.First], image => image.Second);
        double expected = balance == ClassBalance.Weights
            ? (losses[0].Average() + losses[1].Average()) / 2
            : losses.SelectMany(image => image).Average();
        Assert.Equal(10, step.Count);
        Assert.Equal(expected, step.Loss, 1e-4);
    }

    [Theory]
    [InlineData(ClassBalance.None, 8)]
    [InlineData(ClassBalance.Weights, 2)]
    public void Weights_of_classes_are_multiplied_with_those_that_balance_them(ClassBalance balance, double blueWeight)
    {
        using ImageClassificationTransformer model = Trainings.Train(
            OneStep with { Balance = balance, ClassWeights = ClassWeights.Of(("green", 3)) }, _images.Path);
        double[] losses = LossOfEach(model);
        double greenWeight = 3 * 2;
        Assert.Equal(
            (blueWeight * losses[..8].Average() + greenWeight * losses[8..].Average()) / (blueWeight + greenWeight),
            model.Training!.Epochs[0].Loss, 1e-4);
    }

    [Fact]
    public void The_loss_of_fine_tuning_weighs_classes_in_the_same_way()
    {
        using var step = new FirstStep(
            _images.Path, TrainedModel.Options with { ClassWeights = ClassWeights.Of(("green", 3)), Augmentation = Presets.None });
        var losses = step.Order.Zip(step.LossOfEach(step.Order, Preprocessing.Cifar.EvaluationTransforms())).ToLookup(
            image => step.Labels[image.First], image => image.Second);
        Assert.Equal((losses[0].Sum() + 3 * losses[1].Sum()) / (losses[0].Count() + 3 * losses[1].Count()), step.Loss, 1e-4);
    }

    [Fact]
    public void A_search_mixes_no_images_whose_classes_have_weights()
    {
        FineTuningOptions trial = new AutoOptions { ClassWeights = ClassWeights.Of(("green", 3)) }.FineTuning(Recipe.Best, Layers.All);
        Assert.Equal((0, 0, "green=3"), (trial.Mixup, trial.CutMix, trial.ClassWeights.ToString()));
    }

    [Fact]
    public void A_weight_that_is_0_in_single_precision_once_it_is_multiplied_is_an_error_that_names_the_class()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(
            Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories)
                .Select(path => new { ImagePath = path, Label = Path.GetFileName(Path.GetDirectoryName(path)!), Weight = 1e-30f })
                .ToList());
        Assert.Equal(
            "The weights of class 'green' and of its images are multiplied, which gives 0 or infinity in single precision.",
            Assert.Throws<OptionException>(() => Trainings.Fit(
                ml, OneStep with { ExampleWeightColumnName = "Weight", ClassWeights = ClassWeights.Of(("green", 1e-30)) },
                Trainings.Keyed(ml, data))).Message);
    }

    [Fact]
    public void A_weight_of_a_class_that_is_not_there_is_an_error_before_any_image_is_read()
    {
        OptionException error = Assert.Throws<OptionException>(() => Trainings.Train(
            OneStep with { ClassWeights = ClassWeights.Of(("greem", 3)) }, _images.Path));
        Assert.Equal(
            (nameof(OneStep.ClassWeights), "There is no class 'greem' among the 2 classes of the images. Did you mean 'green'?"),
            (error.Option, error.Message));
    }

    [Theory]
    [InlineData(0.2, 0)]
    [InlineData(0, 1)]
    public void Named_weights_do_not_go_with_images_that_are_mixed(double mixup, double cutMix) => Assert.Contains(
        "ClassWeights does not go with Mixup and CutMix, which join images of several classes. Leave it out, or set these to 0.",
        Assert.ThrowsAny<ArgumentException>(() => new MLContext().MulticlassClassification.Trainers.FineTuning(
            new FineTuningOptions { ClassWeights = ClassWeights.Of(("green", 3)), Mixup = mixup, CutMix = cutMix })).Message);

    [Fact]
    public void Weights_of_classes_do_not_go_with_images_that_are_mixed() => Assert.Contains(
        "ClassBalance.Weights does not go with Mixup and CutMix, which join images of several classes; use ClassBalance.Sampling.",
        Assert.ThrowsAny<ArgumentException>(
        () => new MLContext().MulticlassClassification.Trainers
        .FineTuning(new FineTuningOptions { Balance = ClassBalance.Weights, Mixup = 0.2 })).Message);

    [Fact]
    public void A_manifest_of_images_in_an_archive_gives_each_its_weight()
    {
        ZipFile.CreateFromDirectory(_images.Path, _folder.PathOf("images.zip"));
        ImageDataset archive = ImageDataset.Open(_folder.PathOf("images.zip"));
        string Listed(Func<ImageRow, int> weight) =>
            "image,label,weight\n" + string
            .Concat(archive.Rows.Select(row => $"{Path.GetRelativePath(_folder.Path, row.ImagePath)},{row.Label},{weight(row)}\n"));
        ImageClassificationTransformer With(Func<ImageRow, int> weight)
        {
            var ml = new MLContext(seed: 1);
            IDataView data = ml.Data.LoadImages(_folder.Write("list.csv", Encoding.UTF8.GetBytes(Listed(weight))));
            return Trainings.Fit(ml, OneStep with { ExampleWeightColumnName = "Weight" }, Trainings.Keyed(ml, data));
        }

        using ImageClassificationTransformer same = With(_ => 1), other = With(row => row.Label == "green" ? 5 : 1);

        double[] losses = LossOfEach(same);
        Assert.Equal(10, same.Training!.TrainingImages);
        Assert.Equal(losses.Average(), same.Training.Epochs[0].Loss, 1e-4);
        Assert.Equal((losses[..8].Sum() + 5 * losses[8..].Sum()) / (8 + 5 * 2), other.Training!.Epochs[0].Loss, 1e-4);
        Assert.Empty(same.Training.Skipped);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private double[] LossOfEach(ImageClassificationTransformer model) =>
        [.. Trainings.Scores(model, _images.Path).Select((scores, row) => -Math.Log(scores[Labels[row]]))];
}
