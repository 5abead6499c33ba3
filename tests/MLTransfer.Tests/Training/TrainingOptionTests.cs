using MLTransfer.Training;

namespace MLTransfer.Tests.Training;

public class TrainingOptionTests
{
    [Fact]
    public void A_checkpoint_compares_every_option_but_these()
    {
        string[] compared = [.. TrainingOption.Fingerprint(new FineTuningOptions()).Select(each => each.Name)];
        Assert.Equal(
            [
                "Augmentation", "Cancellation", "CheckpointFolder", "Device", "DownloadProgress", "Epochs", "ExampleWeightColumnName",
                "ImageColumnName", "ImageMemory", "ImageSize", "LabelColumnName", "LoaderThreads", "MaximumPixels",
                "PredictedLabelColumnName", "Preprocessing", "Progress", "ScoreColumnName", "StopOnBadImage", "TrainingTransforms",
                "Validation",
                "ValidationFraction", "WeightStore",
            ],
            typeof(FineTuningOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)
                .Except(compared).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_not_compared_by_its_own_name_says_why_or_as_what() =>
        Assert.All(
            TrainingOption.Of(typeof(FineTuningOptions))
                .ExceptBy(TrainingOption.Fingerprint(new FineTuningOptions()).Select(each => each.Name), option => option.Name),
            option => Assert.True(option.Facts.MayChange is null != option.Facts.ComparedAs is null, option.Name));

    [Fact]
    public void The_defaults_have_nothing_to_complain_of() => Assert.All(
        new TrainingOptions[] { new FineTuningOptions(), new FeatureExtractionOptions() },
        options => Assert.All(TrainingOption.Of(options.GetType()), option => Assert.Null(option.Complaint(options))));
}
