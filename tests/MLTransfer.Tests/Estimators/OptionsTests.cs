using Microsoft.ML;

namespace MLTransfer.Tests.Estimators;

public class OptionsTests
{
    [Fact]
    public void All_mistakes_are_reported_together()
    {
        var options = new FineTuningOptions { Epochs = 0, LearningRate = -1, ValidationFraction = 1, Optimizer = (OptimizerKind)9 };
        var error = Assert.Throws<ArgumentException>(() => new MLContext().MulticlassClassification.Trainers.FineTuning(options));
        Assert.StartsWith("FineTuningOptions cannot be used.", error.Message, StringComparison.Ordinal);
        foreach (string complaint in new[] { "Epochs is 0", "LearningRate is -1", "ValidationFraction is 1", "Optimizer is 9" })
            Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_backbone_is_refused_before_any_work() => Assert.Throws<ArgumentException>(
        () => new MLContext().MulticlassClassification.Trainers.FeatureExtraction("resnet8"));

    [Fact]
    public void The_defaults_can_be_used()
    {
        Assert.NotNull(new FeatureExtractionOptions().Checked());
        Assert.NotNull(new FineTuningOptions().Checked());
    }
}
