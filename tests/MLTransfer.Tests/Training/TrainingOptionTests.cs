using MLTransfer.Training;

namespace MLTransfer.Tests.Training;

public class TrainingOptionTests
{
    [Fact]
    public void A_checkpoint_compares_every_option_but_these()
    {
        IEnumerable<string> compared = TrainingOption.Of(typeof(FineTuningOptions))
            .Where(option => option.Facts is { MayChange: null, ComparedAs: null }).Select(option => option.Name);
        Assert.Equal(
            [
                "Augmentation", "CacheFolder", "Calibrate", "Cancellation", "CheckpointFolder", "Device", "DownloadProgress", "Epochs",
                "ExampleWeightColumnName", "ImageColumnName", "ImageMemory", "ImageSize", "LabelColumnName", "LeastGain", "LoaderThreads",
                "MaximumPixels", "Mean", "Patience", "PredictedLabelColumnName", "Preprocessing", "Progress", "Rejection", "ResizeTo",
                "ScoreColumnName", "StandardDeviation", "StopOnBadImage", "TensorBoardFolder", "TensorBoardHistograms",
                "TestTimeAugmentation", "TrainingTransforms", "Validation", "ValidationFraction", "WeightStore",
            ],
            typeof(FineTuningOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)
                .Except(compared).Order(StringComparer.Ordinal));
    }

    // What the first version wrote, in its order: a checkpoint of it resumes with the option that has another default now.
    [Fact]
    public void Options_that_came_later_are_not_mentioned_while_they_are_what_the_first_version_did()
    {
        Assert.Equal(
            [
                "Balance: None", "BatchSize: 32", "LearningRate: ", "Optimizer: AdamW", "Schedule: OneCycle", "WeightDecay: 0.0001",
                "LabelSmoothing: 0", "Precision: Auto", "Backbone: resnet18", "Weights: default", "Head: ", "Train: layer4",
                "HeadFactor: 1", "HeadWarmup: True", "AuxiliaryWeight: 0", "Mixup: 0", "CutMix: 0", "ReducedScale: False",
            ],
            Entries(new() { Schedule = ScheduleKind.OneCycle, Train = Layers.From("layer4"), FreezeBatchNorm = false, CachedViews = 0 }));
        Assert.Equal(
            ["Schedule: step:7:0.1", "Warmup: 2e", "EmaDecay: 0.99"],
            Entries(new() { Schedule = LearningRateSchedule.Step(7), Warmup = LearningRateWarmup.Epochs(2), EmaDecay = 0.99 })
                .Except(Entries(new())));

        static string[] Entries(FineTuningOptions options) =>
            [.. TrainingOption.Fingerprint(options).Select(entry => $"{entry.Name}: {entry.Value}")];
    }

    [Fact]
    public void What_is_not_compared_by_its_own_name_says_why_or_as_what() =>
        Assert.All(
            TrainingOption.Of(typeof(FineTuningOptions))
                .Where(option => option.Facts is not { MayChange: null, ComparedAs: null }),
            option => Assert.True(option.Facts.MayChange is null != option.Facts.ComparedAs is null, option.Name));

    [Fact]
    public void A_value_that_has_a_word_is_shown_by_it()
    {
        Assert.Contains(("BatchSize", "auto"), TrainingOption.Values(new FineTuningOptions { BatchSize = 0 }));
        Assert.Contains(("BatchSize", "16"), TrainingOption.Values(new FineTuningOptions { BatchSize = 16 }));
    }

    [Fact]
    public void The_defaults_have_nothing_to_complain_of() => Assert.All(
        new TrainingOptions[] { new FineTuningOptions(), new FeatureExtractionOptions(), new AutoOptions() },
        options => Assert.All(TrainingOption.Of(options.GetType()), option => Assert.Null(option.Complaint(options))));
}
