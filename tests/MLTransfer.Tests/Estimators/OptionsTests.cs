using Microsoft.ML;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Estimators;

public class OptionsTests
{
    [Fact]
    public void All_mistakes_are_reported_together()
    {
        var options = new FineTuningOptions { Epochs = 0, LearningRate = -1, ValidationFraction = 1, Optimizer = (OptimizerKind)9 };
        var error = Assert.ThrowsAny<ArgumentException>(() => new MLContext().MulticlassClassification.Trainers.FineTuning(options));
        Assert.StartsWith("FineTuningOptions cannot be used.", error.Message, StringComparison.Ordinal);
        foreach (string complaint in new[] { "Epochs is 0", "LearningRate is -1", "ValidationFraction is 1", "Optimizer is 9" })
            Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_backbone_is_refused_before_any_work() => Assert.ThrowsAny<ArgumentException>(
        () => new MLContext().MulticlassClassification.Trainers.FeatureExtraction(backbone: "resnet8"));

    [Fact]
    public void Transforms_that_do_not_fit_are_refused_with_the_reason()
    {
        Preprocessing other = Preprocessing.ImageNet with { Transforms = [new Resize(64, 64)] };
        var error = Assert.ThrowsAny<ArgumentException>(
            () => new FeatureExtractionOptions { Preprocessing = other, ImageSize = 64 }.Resolve());
        Assert.Contains("the transforms end with 64 × 64 pixels, and the network is to see 224 × 224", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("ImageSize is given, and Preprocessing has Transforms of its own", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<ArgumentException>(() => new FineTuningOptions { Augmentation = "flop" }.Resolve());
        Assert.Contains("There is no augmentation 'flop'. Known are standard, trivial, auto, rand, augmix, digits, none.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_can_be_used()
    {
        Assert.Equal("resnet18", new FeatureExtractionOptions().Resolve().Backbone.Name);
        Assert.Equal("resnet18/IMAGENET1K_V1", new FineTuningOptions().Resolve().Weights.Name);
    }
}
