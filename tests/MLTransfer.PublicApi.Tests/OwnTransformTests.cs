using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Architecture.Tests;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.PublicApi.Tests;

/// <summary>A user's own transforms: in preprocessing, which the model file keeps, and as an augmentation of training images.</summary>
public sealed class OwnTransformTests : IDisposable
{
    private static readonly Preprocessing Own = Preprocessing.Cifar with { Transforms = [new Resize(32, 32), new Tint(90)] };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    public OwnTransformTests() => ColoredFolders.Draw(_folder, perClass: 4);

    [Fact]
    public void A_model_with_a_transform_of_ones_own_predicts_the_same_after_loading()
    {
        ImageTransform.Register<Tint>("tint");
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_folder.FullName);
        ITransformer model = Fit(ml, data, new FeatureExtractionOptions { Backbone = "embedded", Epochs = 3, Preprocessing = Own });
        string file = Path.Combine(_folder.FullName, "model.zip");
        ml.Model.Save(model, data.Schema, file);

        var app = new MLContext();
        app.AddMLTransfer();
        ITransformer loaded = app.Model.Load(file, out _);

        Assert.Equal(Scores(model, data), Scores(loaded, data));
        ITransformer plain =
            Fit(ml, data, new FeatureExtractionOptions { Backbone = "embedded", Epochs = 3, Preprocessing = Preprocessing.Cifar });
        Assert.NotEqual(Scores(plain, data), Scores(loaded, data));
    }

    [Fact]
    public void An_augmentation_of_ones_own_sees_every_training_image_in_every_epoch()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_folder.FullName);
        var blurred = new CountedBlur(0.5);
        ITransformer model = Fit(ml, data, new FineTuningOptions
        {
            Backbone = "embedded", Epochs = 2,
            TrainingTransforms = [new RandomCrop(32, 4), blurred, new LampLight(0.5), new RandomHorizontalFlip()],
        });

        Assert.Equal(2 * 8, blurred.Seen.Count);
        Assert.InRange(blurred.Seen.Count(changed => changed), 1, 15);
        Assert.All(Scores(model, data), scores => Assert.Equal(1, scores.Sum(), 1e-5));
    }

    [Fact]
    public void A_transform_that_is_not_registered_is_named_before_any_training()
    {
        var ml = new MLContext(seed: 1);
        var progress = new Heard();
        var options = new FeatureExtractionOptions
        {
            Backbone = "embedded", Progress = progress,
            Preprocessing = Preprocessing.Cifar with { Transforms = [new Resize(32, 32), new Forgotten()] },
        };
        var error = Assert.ThrowsAny<ArgumentException>(() => Fit(ml, ml.Data.LoadImageFolder(_folder.FullName), options));

        Assert.Contains("MLTransfer.PublicApi.Tests.OwnTransformTests+Forgotten has no name in files; call "
            + "ImageTransform.Register<Forgotten>(\"NAME\") first", error.Message, StringComparison.Ordinal);
        Assert.Empty(progress.Reports);
    }

    [Fact]
    public void The_transform_of_the_documentation_lowers_blue_and_leaves_red_and_green()
    {
        ImageRandom random = new(1, 0, 0);
        Image gray = new(2, 1, [200, 200, 200, 100, 100, 100]), lit = new LampLight(0.5).Apply(gray, ref random);

        Assert.Equal([200, 200, 100, 100], new[] { lit.Pixels[0], lit.Pixels[1], lit.Pixels[3], lit.Pixels[4] });
        Assert.InRange(lit.Pixels[2], 100, 199);
        Assert.InRange(lit.Pixels[5], 50, 99);
    }

    [Fact]
    public void The_example_of_the_documentation_is_the_one_that_is_tested()
    {
        string page = File.ReadAllText(Repository.PathOf("docs/images.md"));
        string source = File.ReadAllText(Repository.PathOf($"tests/MLTransfer.PublicApi.Tests/{nameof(OwnTransformTests)}.cs"));
        string example = source[source.LastIndexOf("/// <summary>Takes away", StringComparison.Ordinal)..].TrimEnd();

        Assert.Contains($"```csharp\n{example}\n```", page, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static TransformerChain<ITransformer> Fit(MLContext ml, IDataView data, ImageClassificationOptions options)
    {
        IEstimator<ITransformer> trainer = options is FineTuningOptions fine
            ? ml.MulticlassClassification.Trainers.FineTuning(fine)
            : ml.MulticlassClassification.Trainers.FeatureExtraction((FeatureExtractionOptions)options);
        return ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(data);
    }

    private static float[][] Scores(ITransformer model, IDataView data) => [.. model.Transform(data).GetColumn<float[]>("Score")];

    private sealed record Tint(int Blue) : ImageTransform
    {
        protected override Image Transform(Image image, ref ImageRandom random)
        {
            for (int i = 2; i < image.Pixels.Length; i += 3)
                image.Pixels[i] = (byte)Blue;
            return image;
        }
    }

    private sealed class Heard : IProgress<TrainingProgress>
    {
        public ConcurrentBag<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }

    private sealed record Forgotten : ImageTransform
    {
        protected override Image Transform(Image image, ref ImageRandom random) => image;
    }

    /// <summary>Blurs with a probability, and records for each image whether it did.</summary>
    private sealed record CountedBlur(double Probability) : ImageTransform
    {
        public ConcurrentBag<bool> Seen { get; } = [];

        protected override Image Transform(Image image, ref ImageRandom random)
        {
            bool changed = random.Happens(Probability);
            Seen.Add(changed);
            return changed ? new GaussianBlur(3).Apply(image, ref random) : image;
        }
    }
}

/// <summary>Takes away some of the blue, as the light of a lamp does.</summary>
public sealed record LampLight(double Strongest) : ImageTransform
{
    protected override Image Transform(Image image, ref ImageRandom random)
    {
        double kept = 1 - random.Between(0, Strongest);
        for (int blue = 2; blue < image.Pixels.Length; blue += 3)
            image.Pixels[blue] = (byte)(image.Pixels[blue] * kept);
        return image;
    }
}
