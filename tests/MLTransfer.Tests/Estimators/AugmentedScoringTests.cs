using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

/// <summary>Scores with test-time augmentation, compared with the network on views that are made apart.</summary>
public sealed class AugmentedScoringTests(AugmentedModel trained) : IClassFixture<AugmentedModel>
{
    // The finished model folds its batch norms, and adds float32 numbers in another order.
    private const float Tolerance = 1e-5f;

    private const int Side = 32;

    [Fact]
    public void With_a_flip_scores_are_the_mean_of_the_probabilities_of_the_image_and_of_its_mirror_image() =>
        AssertScores("flip", image => [Cut(image, null), Mirrored(Cut(image, null))]);

    [Fact]
    public void With_five_crops_they_are_the_mean_over_the_corners_and_the_center() => AssertScores("five-crop", FiveCrops);

    [Fact]
    public void With_ten_crops_they_are_the_mean_over_those_of_the_image_and_of_its_mirror_image() => AssertScores(
        "ten-crop", image => [.. FiveCrops(image), .. FiveCrops(Mirrored(image))]);

    // 40 views are more than a batch.
    [Theory]
    [InlineData(3)]
    [InlineData(39)]
    public void With_random_views_they_are_the_mean_over_the_plain_one_and_those_that_training_would_draw(int count) => AssertScores(
        $"views:{count}", (image, whole) =>
        [
            Cut(image, null),
            .. Enumerable.Range(1, count).Select(view =>
            {
                ImageRandom random = new(seed: 0, epoch: 0, index: view);
                using DecodedPixels pixels = new(whole);
                return TransformPipeline.Apply(AugmentedModel.Preprocessing.TrainingTransforms(), pixels, ref random);
            }),
        ]);

    [Fact]
    public void Without_augmentation_scores_are_exactly_those_of_before()
    {
        float[][] before = Scores(TestTimeAugmentation.None), flipped = Scores(TestTimeAugmentation.Flip);
        Assert.NotEqual(before, flipped);
        Assert.Equal(before, Scores(TestTimeAugmentation.None));
    }

    [Theory]
    [InlineData("ten-crop")]
    [InlineData("views:3")]
    public void Every_way_to_score_and_every_kind_of_image_gives_the_same(string word)
    {
        MLContext ml = trained.Context;
        trained.Model.TestTimeAugmentation = TestTimeAugmentation.Parse(word);
        float[][] expected = Trainings.Scores(trained.Model, trained.Folder);
        string[] files = [.. ImageFolder.List(trained.Folder).Select(row => row.ImagePath)];
        using var engine = ml.Model.CreatePredictionEngine<ImageFile, Scored>(
            trained.Model, new PredictionEngineOptions { OwnsTransformer = false });

        AssertClose(expected, [.. trained.Model.Predict(files).Select(each => each.Probabilities.ToArray())]);
        AssertClose(expected, [.. files.Select(file => engine.Predict(new ImageFile { ImagePath = file, Label = "blue" }).Score)]);
        AssertClose(expected, [.. files.Select(file => trained.Model.Predict(ImageSource.FromPath(file)).Probabilities.ToArray())]);
        AssertClose(expected, Column(ml.Data.LoadFromEnumerable(
            files.Select(file => new Encoded { ImagePath = File.ReadAllBytes(file) }).ToArray())));
        AssertClose(expected, Column(ml.Data.LoadFromEnumerable(
            files.Select(file => new Decoded { ImagePath = MLImage.CreateFromFile(file) }).ToArray())));
        // Neither the place nor the neighbors of an image decide its views.
        AssertClose([.. expected.Reverse()], [.. trained.Model.Predict(files.Reverse()).Select(each => each.Probabilities.ToArray())]);

        float[][] Column(IDataView view) => [.. trained.Model.Transform(view).GetColumn<float[]>("Score")];
    }

    [Fact]
    public void An_unreadable_image_among_others_has_an_error_in_its_place()
    {
        using var folder = new TemporaryFolder();
        string bad = folder.Write("bad.jpg", "no image"u8), good = ImageFolder.List(trained.Folder)[0].ImagePath;
        trained.Model.TestTimeAugmentation = TestTimeAugmentation.TenCrop;
        ImagePrediction[] predictions = [.. trained.Model.Predict([good, bad, good, good, good, bad])];
        Assert.Equal([false, true, false, false, false, true], predictions.Select(each => each.Error is not null));
        Assert.Equal(predictions[0].Probabilities, predictions[4].Probabilities);
    }

    [Fact]
    public void The_model_file_keeps_it_and_a_pool_scores_with_it()
    {
        using var folder = new TemporaryFolder();
        string plain = folder.PathOf("plain.zip"), augmented = folder.PathOf("augmented.zip");
        float[][] without = Scores(TestTimeAugmentation.None);
        trained.Context.Model.Save(trained.Model, null, plain);
        float[][] with = Scores(TestTimeAugmentation.TenCrop);
        trained.Context.Model.Save(trained.Model, null, augmented);

        using ImageClassificationTransformer loaded = SavedModel.Open(augmented), other = SavedModel.Open(plain);
        Assert.Equal(TestTimeAugmentation.TenCrop, loaded.TestTimeAugmentation);
        Assert.Equal(with, Trainings.Scores(loaded, trained.Folder));
        Assert.Equal(TestTimeAugmentation.None, other.TestTimeAugmentation);
        Assert.Equal(without, Trainings.Scores(other, trained.Folder));

        using var pool = new ImageClassifierPool(new ImageClassifierPoolOptions { Path = augmented });
        AssertClose(with, [.. ImageFolder.List(trained.Folder).Select(row => pool.Predict(row.ImagePath).Probabilities.ToArray())]);
    }

    [Fact]
    public void A_description_without_it_is_that_of_earlier_versions_and_one_with_it_is_of_a_new_format()
    {
        string plain = AugmentedModel.Description.ToJson();
        Assert.DoesNotContain("augmentation", plain, StringComparison.Ordinal);
        Assert.Contains("\"format\":1,", plain, StringComparison.Ordinal);
        Assert.Null(ModelDescription.FromJson(plain).TestTimeAugmentation);
        string flipped = (AugmentedModel.Description with { TestTimeAugmentation = "flip" }).ToJson();
        Assert.Contains("\"format\":4,", flipped, StringComparison.Ordinal);
        Assert.Equal("flip", ModelDescription.FromJson(flipped).TestTimeAugmentation);
    }

    [Theory]
    [InlineData("views:1000000")]
    [InlineData("sideways")]
    [InlineData("five-crop")]
    public void A_description_that_cannot_be_scored_so_is_refused(string word) => Assert.Throws<InvalidDataException>(
        () => ModelDescription.ParseAugmentation(word, Preprocessing.Cifar with { ResizeTo = 28 }));

    [Fact]
    public void Crops_that_the_preprocessing_does_not_allow_are_refused_before_the_training_and_on_the_model()
    {
        Preprocessing squeezed = Preprocessing.Cifar with { Transforms = [new Resize(Side, Side)] };
        FeatureExtractionOptions options = Trainings.Extraction with { Epochs = 1, Preprocessing = squeezed };
        var error = Assert.ThrowsAny<ArgumentException>(() => Trainings.Train(
            options with { TestTimeAugmentation = TestTimeAugmentation.TenCrop }, trained.Folder));
        Assert.Contains("TestTimeAugmentation cannot be used: ten-crop cuts", error.Message, StringComparison.Ordinal);

        using ImageClassificationTransformer model = Trainings.Train(options, trained.Folder);
        Assert.Throws<ArgumentException>(() => model.TestTimeAugmentation = TestTimeAugmentation.FiveCrop);
        Assert.Throws<ArgumentNullException>(() => model.TestTimeAugmentation = null!);
        Assert.Equal(TestTimeAugmentation.None, model.TestTimeAugmentation);
    }

    [Fact]
    public void Training_and_its_validation_are_the_same_with_it()
    {
        var ml = new MLContext(seed: 1);
        FeatureExtractionOptions options = AugmentedModel.Options with { Validation = ml.Data.LoadImageFolder(trained.Folder) };
        using ImageClassificationTransformer plain = Trainings.Train(options, trained.Folder, new MLContext(seed: 1));
        using ImageClassificationTransformer augmented = Trainings.Train(
            options with { TestTimeAugmentation = TestTimeAugmentation.Flip }, trained.Folder, new MLContext(seed: 1));

        Assert.Equal(TestTimeAugmentation.Flip, augmented.TestTimeAugmentation);
        foreach ((EpochResult expected, EpochResult actual) in plain.Training!.Epochs.Zip(augmented.Training!.Epochs))
        {
            Assert.Equal(expected.Loss, actual.Loss, Tolerance);
            Assert.Equal(expected.ValidationLoss, actual.ValidationLoss, Tolerance);
        }

        augmented.TestTimeAugmentation = TestTimeAugmentation.None;
        AssertClose(Trainings.Scores(plain, trained.Folder), Trainings.Scores(augmented, trained.Folder));
    }

    private void AssertScores(string word, Func<Image, IReadOnlyList<Image>> views) => AssertScores(word, (image, _) => views(image));

    private void AssertScores(string word, Func<Image, Image, IReadOnlyList<Image>> views)
    {
        float[][] expected =
        [
            .. ImageFolder.List(trained.Folder).Select(row =>
            {
                ImageRandom none = default;
                Image whole = ImageSource.FromPath(row.ImagePath).Decode();
                return Mean(views(new Resize(AugmentedModel.Preprocessing.ResizeTo).Apply(whole, ref none), whole));
            }),
        ];
        // A view that does not matter would make the comparison worthless.
        Assert.True(expected.Zip(Scores(TestTimeAugmentation.None)).Max(pair => Math.Abs(pair.First[0] - pair.Second[0])) > 1e-3);
        AssertClose(expected, Scores(TestTimeAugmentation.Parse(word)));
    }

    private static IReadOnlyList<Image> FiveCrops(Image image) =>
    [
        Cut(image, (0, 0)), Cut(image, (image.Width - Side, 0)), Cut(image, (0, image.Height - Side)),
        Cut(image, (image.Width - Side, image.Height - Side)), Cut(image, null),
    ];

    /// <summary>The part at a place, or else the center.</summary>
    private static Image Cut(Image image, (int X, int Y)? place)
    {
        (int left, int top) = place
            ?? ((int)Math.Round((image.Width - Side) / 2.0), (int)Math.Round((image.Height - Side) / 2.0));
        return new(Side, Side, [.. Enumerable.Range(top, Side).SelectMany(y => image.Pixels[
            ((y * image.Width + left) * 3)..((y * image.Width + left + Side) * 3)])]);
    }

    private static Image Mirrored(Image image) => new(image.Width, image.Height, [.. Enumerable.Range(0, image.Height).SelectMany(
        y => Enumerable.Range(0, image.Width).Reverse().SelectMany(
            x => image.Pixels[((y * image.Width + x) * 3)..((y * image.Width + x + 1) * 3)]))]);

    /// <summary>The mean of the network's probabilities of square images.</summary>
    private float[] Mean(IReadOnlyList<Image> views)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        (Rgb mean, Rgb deviation) = (AugmentedModel.Preprocessing.Mean, AugmentedModel.Preprocessing.StandardDeviation);
        Tensor images = stack(views.Select(view => tensor(view.Pixels).view(Side, Side, 3).to(ScalarType.Float32) / 255));
        Tensor normalized = (images - tensor(new[] { mean.R, mean.G, mean.B }))
            / tensor(new[] { deviation.R, deviation.G, deviation.B });
        trained.Model.Network.eval();
        return trained.Model.Network.call(normalized.permute(0, 3, 1, 2).contiguous()).softmax(1).mean([0]).data<float>().ToArray();
    }

    private float[][] Scores(TestTimeAugmentation augmentation)
    {
        trained.Model.TestTimeAugmentation = augmentation;
        return Trainings.Scores(trained.Model, trained.Folder);
    }

    private static void AssertClose(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.All(
            pair.First.Zip(pair.Second), score => Assert.Equal(score.First, score.Second, Tolerance)));
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class Encoded
    {
        public byte[] ImagePath { get; set; } = [];
    }

    private sealed class Decoded
    {
        [Microsoft.ML.Transforms.Image.ImageType(45, 61)]
        public MLImage? ImagePath { get; set; }
    }
}

/// <summary>A model that tells colors apart, of images whose corners have different colors.</summary>
public sealed class AugmentedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AugmentedModel()
    {
        var random = new Random(3);
        foreach (string label in new[] { "blue", "green" })
        {
            Directory.CreateDirectory(_folder.PathOf(label));
            for (int i = 0; i < 4; i++) Draw(_folder.PathOf($"{label}/{i}.png"), random);
        }

        Context = new MLContext(seed: 1);
        Model = Trainings.Train(Options, Folder, Context);
    }

    internal static Preprocessing Preprocessing { get; } = Preprocessing.Cifar with { ResizeTo = 41 };

    internal static FeatureExtractionOptions Options { get; } =
        Trainings.Extraction with { Preprocessing = Preprocessing, Epochs = 10, LearningRate = 0.05 };

    internal static ModelDescription Description => new()
    {
        Backbone = "cifar_resnet20", Labels = ["blue", "green"], ImageColumnName = "ImagePath",
        Preprocessing = Preprocessing.Cifar, Precision = Precision.Float32,
    };

    public MLContext Context { get; }

    public ImageClassificationTransformer Model { get; }

    public string Folder => _folder.Path;

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }

    private static void Draw(string path, Random random)
    {
        const int width = 61, height = 45;
        byte[] corners = new byte[12];
        random.NextBytes(corners);
        byte[] pixels = new byte[width * height * 4];
        for (int p = 0; p < pixels.Length; p += 4)
        {
            int corner = (p / 4 % width > width / 3 ? 1 : 0) + (p / 4 / width > height / 2 ? 2 : 0);
            for (int channel = 0; channel < 3; channel++)
                pixels[p + channel] = (byte)Math.Clamp(corners[corner * 3 + channel] + random.Next(-20, 20), 0, 255);
            pixels[p + 3] = 255;
        }

        using MLImage image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }
}
