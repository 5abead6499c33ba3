using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

/// <summary>The options that replace a part of the preprocessing.</summary>
public sealed class PreprocessingOptionsTests : IDisposable
{
    private static readonly Rgb Half = new(0.5f, 0.5f, 0.5f);

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Size_mean_and_deviation_replace_those_of_the_backbone_each_by_itself()
    {
        Preprocessing own = Preprocessing.Cifar;
        Assert.Equal(own with { Mean = Half }, Trained(options => options with { Mean = Half }));
        Assert.Equal(own with { StandardDeviation = Half }, Trained(options => options with { StandardDeviation = Half }));
        Assert.Equal(own with { ResizeTo = 36 }, Trained(options => options with { ResizeTo = 36 }));
        Assert.Equal(
            Preprocessing.Inception with { ResizeTo = 30, CropTo = 24, Mean = Half },
            Trained(options => options with { Preprocessing = Preprocessing.Inception, ImageSize = 24, ResizeTo = 30, Mean = Half }));
    }

    [Fact]
    public void A_shorter_side_that_the_image_size_does_not_fit_into_is_refused() =>
        Assert.Contains("The shorter side is to be resized to 31 pixels, and 32 × 32 are cut out.",
            Refusal(options => options with { ResizeTo = 31 }), StringComparison.Ordinal);

    [Fact]
    public void Transforms_of_ones_own_are_not_resized()
    {
        Preprocessing own = Preprocessing.Cifar with { Transforms = [new Resize(32, 32)] };
        Assert.Contains("the preprocessing has transforms of its own",
            Refusal(options => options with { Preprocessing = own, ResizeTo = 40 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_colors_cannot_be_normalized_with_are_refused()
    {
        Assert.Contains("Mean is", Refusal(options => options with { Mean = new(0, float.NaN, 0) }), StringComparison.Ordinal);
        foreach (float wrong in new[] { 0, -1, float.NaN, float.PositiveInfinity })
        {
            Assert.Contains("StandardDeviation is",
                Refusal(options => options with { StandardDeviation = new(1, 1, wrong) }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_checkpoint_with_another_mean_is_refused()
    {
        FineTuningOptions kept = TrainedModel.Options with { Epochs = 1, CheckpointFolder = _folder.PathOf("checkpoint") };
        Trainings.Train(kept with { Mean = Half }, _images.Path).Dispose();
        Assert.Contains("Mean was", Assert.Throws<InvalidOperationException>(
            () => Trainings.Train(kept with { Epochs = 2 }, _images.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.5", 0.5f, 0.5f, 0.5f)]
    [InlineData("0.485,0.456,0.406", 0.485f, 0.456f, 0.406f)]
    [InlineData("-1,0,.5", -1, 0, 0.5f)]
    public void Colors_are_one_number_or_three(string text, float red, float green, float blue) =>
        Assert.Equal(new Rgb(red, green, blue), Rgb.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("gray")]
    [InlineData("0.5,0.5")]
    [InlineData("0.5,0.5,0.5,0.5")]
    [InlineData("0.5,,0.5")]
    [InlineData("NaN")]
    [InlineData("999999999999999999999999999999999999999999")]
    public void Anything_else_is_no_color(string text) =>
        Assert.Contains("0.485,0.456,0.406", Assert.Throws<FormatException>(() => Rgb.Parse(text)).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private Preprocessing Trained(Func<FeatureExtractionOptions, FeatureExtractionOptions> change)
    {
        using ImageClassificationTransformer model = Trainings.Train(change(Trainings.Extraction with { Epochs = 1 }), _images.Path);
        return model.Preprocessing;
    }

    private string Refusal(Func<FineTuningOptions, FineTuningOptions> change) =>
        Assert.ThrowsAny<ArgumentException>(() => Trainings.Train(change(TrainedModel.Options), _images.Path)).Message;
}
