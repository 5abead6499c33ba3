using Microsoft.ML;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Estimators;

public sealed class ReadableClassesTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 4);

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_class_of_which_no_image_can_be_read_is_refused_before_the_training(bool fineTunes)
    {
        foreach (string path in Directory.EnumerateFiles(_images.PathOf("green")))
            File.WriteAllText(path, "no image");

        string message = Assert.Throws<InvalidDataException>(() => Fit(fineTunes)).Message;

        Assert.StartsWith($"'green' has no images that can be read; the first is '{_images.PathOf("green/00.png")}': it is not an image",
            message);
        Assert.EndsWith("Add images that can be read, or remove the class.", message);
    }

    [Fact]
    public void One_image_that_can_be_read_is_enough()
    {
        foreach (string path in Directory.EnumerateFiles(_images.PathOf("green")).Order().SkipLast(1))
            File.WriteAllText(path, "no image");

        Fit(fineTunes: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_class_whose_images_are_all_over_the_limit_is_refused_and_trains_once_the_limit_is_raised(bool fineTunes)
    {
        using ColouredImages large = new(perClass: 4, side: 50);
        Directory.Delete(_images.PathOf("green"), recursive: true);
        Directory.Move(large.PathOf("green"), _images.PathOf("green"));

        string message = Assert.Throws<InvalidDataException>(() => Fit(fineTunes, maximumPixels: 40 * 40)).Message;

        Assert.StartsWith("'green' has no images that can be read; the first is '", message);
        Assert.Contains("green/00.png': it declares 50 x 50 pixels; at most 1,600 are read", message);
        Fit(fineTunes, maximumPixels: 50 * 50);
    }

    private void Fit(bool fineTunes, long? maximumPixels = null)
    {
        long most = maximumPixels ?? ImageLimits.Default.Pixels;
        MLContext ml = new(seed: 1);
        var trainers = ml.MulticlassClassification.Trainers;
        IEstimator<ITransformer> trainer = fineTunes
            ? trainers.FineTuning(TrainedModel.Options with { Epochs = 1, MaximumPixels = most })
            : trainers.FeatureExtraction(new FeatureExtractionOptions
            {
                Backbone = "cifar_resnet20", Weights = "none", Epochs = 1,
                Device = DeviceKind.Cpu, MaximumPixels = most,
            });
        ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(ml.Data.LoadImageFolder(_images.Path));
    }
}
