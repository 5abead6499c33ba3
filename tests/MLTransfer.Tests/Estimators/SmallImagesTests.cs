using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

/// <summary>Images far smaller than those of a network are enlarged four times, not to the network's own size.</summary>
public class SmallImagesTests
{
    private static readonly FeatureExtractionOptions Features = new() { Backbone = "resnet18", Weights = "none" };

    [Theory]
    [InlineData(28, 128)]
    [InlineData(32, 128)]
    [InlineData(33, 160)]
    [InlineData(8, 32)]
    [InlineData(49, null)]
    [InlineData(500, null)]
    public void They_are_enlarged_four_times_and_up_to_a_multiple_of_32_or_to_the_own_size_of_the_network(int side, int? size)
    {
        Assert.Equal(size, SizeFor(Features, Square(side), Square(side)));
        Assert.Equal(size, SizeFor(Features, Drawn(3 * side, side), Drawn(side, 5 * side)));
    }

    [Fact]
    public void The_largest_decides()
    {
        Assert.Equal(192, SizeFor(Features, Square(16), Square(48), Square(20)));
        Assert.Null(SizeFor(Features, Square(16), Square(16), Square(300)));
    }

    [Fact]
    public void Of_many_images_64_spread_over_all_are_looked_at()
    {
        ImageSource[] images = [.. Enumerable.Repeat(Square(16), 6400)];
        (images[50], images[6399]) = (Square(300), Square(300));
        Assert.Equal(64, SizeFor(Features, images));
        images[6300] = Square(300);
        Assert.Null(SizeFor(Features, images));
    }

    [Fact]
    public void Images_that_cannot_be_read_are_left_to_the_training()
    {
        ImageSource broken = ImageSource.FromBytes(new byte[] { 1, 2, 3 });
        Assert.Equal(128, SizeFor(Features, broken, Square(32)));
        Assert.Null(SizeFor(Features, broken, broken));
    }

    [Fact]
    public void What_the_options_say_about_the_size_counts()
    {
        Assert.Null(SizeFor(Features with { ImageSize = 96 }, Square(32)));
        Assert.Null(SizeFor(Features with { ResizeTo = 224 }, Square(32)));
        Assert.Null(SizeFor(Features with { Preprocessing = Preprocessing.Inception }, Square(32)));
        Assert.Null(SizeFor(
            new FineTuningOptions { Backbone = "resnet18", TrainingTransforms = [new Resize(224, 224)] }, Square(32)));
    }

    [Theory]
    [InlineData("cifar_resnet20", null)]
    [InlineData("vit_b_16", null)]
    [InlineData("inception_v3", 75)]
    public void The_network_must_take_the_size(string backbone, int? size) =>
        Assert.Equal(size, SizeFor(Features with { Backbone = backbone }, Square(16)));

    [Fact]
    public void A_training_uses_the_size_and_says_so()
    {
        using var images = new ColouredImages(perClass: 2);
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, entry) => log.Add(entry.Message);
        IDataView data = ml.Data.LoadImageFolder(images.Path);
        using ImageClassificationTransformer model = ml.MulticlassClassification.Trainers.FeatureExtraction(
            Features with { Backbone = "mobilenet_v3_small", Epochs = 1 })
            .Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data));
        Assert.Equal(Preprocessing.ImageNet.ForSize(model.Preprocessing.CropTo) with { Interpolation = model.Preprocessing.Interpolation },
            model.Preprocessing);
        Assert.InRange(model.Preprocessing.CropTo, 32, 192);
        string told = $"the backbone sees {model.Preprocessing.CropTo} × {model.Preprocessing.CropTo} instead of 224 × 224";
        Assert.Contains(log, line => line.Contains(told, StringComparison.Ordinal));
    }

    private static int? SizeFor(ImageClassificationOptions options, params ImageSource[] images)
    {
        var network = new PretrainedBackbone(
            new MLContext(), options, ModelZoo.Find(options.Backbone), Seed: 1, Weights: null, Start: null);
        return SmallImages.SizeFor(network, options, new ImageSet(images, new int[images.Length]));
    }

    private static ImageSource Square(int side) => Drawn(side, side);

    private static ImageSource Drawn(int width, int height) =>
        ImageSource.FromImage(new Image(width, height, new byte[width * height * 3]));
}
