using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class BalanceTests : IDisposable
{
    private static readonly FeatureExtractionOptions Extraction = new()
    {
        Backbone = "cifar_resnet20", Weights = "none", Epochs = 2, BatchSize = 8, Precision = Precision.Float32, Device = DeviceKind.Cpu,
    };

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    public BalanceTests()
    {
        foreach (string file in Directory.GetFiles(_images.PathOf("green")).Skip(2))
            File.Delete(file);
    }

    [Fact]
    public void Weights_and_sampling_make_rare_classes_count()
    {
        double[] losses = [.. Enum.GetValues<ClassBalance>()
            .Select(balance => Train(Extraction with { Balance = balance }).Epochs[^1].Loss)];

        Assert.All(losses, loss => Assert.InRange(loss, 0, 10));
        Assert.Equal(3, losses.Distinct().Count());
    }

    [Fact]
    public void Fine_tuning_can_sample_too()
    {
        FineTuningOptions options = TrainedModel.Options with { Epochs = 1 };
        Assert.Equal(10, Train(options with { Balance = ClassBalance.Sampling }).TrainingImages);
        Assert.NotEqual(Train(options).Epochs[0].Loss, Train(options with { Balance = ClassBalance.Weights }).Epochs[0].Loss);
    }

    [Fact]
    public void Weights_of_classes_do_not_go_with_images_that_are_mixed() => Assert.Contains(
        "use ClassBalance.Sampling with them",
        Assert.Throws<ArgumentException>(
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
        TrainingSummary With(Func<ImageRow, int> weight)
        {
            var ml = new MLContext(seed: 1);
            return Train(Extraction with { ExampleWeightColumnName = "Weight" }, ml,
                ml.Data.LoadImages(_folder.Write("list.csv", Encoding.UTF8.GetBytes(Listed(weight)))));
        }

        TrainingSummary same = With(_ => 1), other = With(row => row.Label == "green" ? 5 : 1);

        Assert.Equal(10, same.TrainingImages);
        Assert.Equal(Train(Extraction).Epochs[0].Loss, same.Epochs[0].Loss, 1e-4);
        Assert.NotEqual(same.Epochs[0].Loss, other.Epochs[0].Loss);
        Assert.Empty(same.Skipped);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private TrainingSummary Train(ImageClassificationOptions options)
    {
        var ml = new MLContext(seed: 1);
        return Train(options, ml, ml.Data.LoadImages(_images.Path));
    }

    private static TrainingSummary Train(ImageClassificationOptions options, MLContext ml, IDataView data)
    {
        var trainers = ml.MulticlassClassification.Trainers;
        ImageClassificationEstimator trainer =
            options is FineTuningOptions fineTuning ? trainers.FineTuning(fineTuning)
            : trainers.FeatureExtraction((FeatureExtractionOptions)options);
        return trainer.Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data)).Training!;
    }
}
