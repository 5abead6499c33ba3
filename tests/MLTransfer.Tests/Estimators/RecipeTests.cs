using MLTransfer.Training;

namespace MLTransfer.Tests.Estimators;

public sealed class RecipeTests : IDisposable
{
    // What a recipe may set: how a network is trained, never on what, with what, or where.
    private static readonly string[] Settings =
    [
        nameof(FineTuningOptions.Epochs), nameof(FineTuningOptions.BatchSize), nameof(FineTuningOptions.LearningRate),
        nameof(FineTuningOptions.Optimizer), nameof(FineTuningOptions.Momentum), nameof(FineTuningOptions.Nesterov),
        nameof(FineTuningOptions.WeightDecay), nameof(FineTuningOptions.DecayNorms), nameof(FineTuningOptions.Schedule),
        nameof(FineTuningOptions.Warmup), nameof(FineTuningOptions.LabelSmoothing), nameof(FineTuningOptions.EmaDecay),
        nameof(FineTuningOptions.HeadWarmup), nameof(FineTuningOptions.LowestRate), nameof(FineTuningOptions.Augmentation),
        nameof(FineTuningOptions.Mixup), nameof(FineTuningOptions.CutMix), nameof(FineTuningOptions.FreezeBatchNorm),
        nameof(FeatureExtractionOptions.Views),
    ];

    private readonly ColouredImages _images = new();

    public static TheoryData<string> All => [.. Recipe.All.Select(recipe => recipe.Name)];

    [Theory, MemberData(nameof(All))]
    public void Every_recipe_sets_how_to_train_and_nothing_else(string name)
    {
        ImageClassificationOptions[] kinds = [new FineTuningOptions(), new FeatureExtractionOptions()];
        foreach (ImageClassificationOptions options in kinds)
        {
            ImageClassificationOptions changed = Recipe.Find(name).Apply(options);
            Assert.IsType(options.GetType(), changed);
            IEnumerable<string> set = TrainingOption.Of(options.GetType())
                .Where(option => !Equals(option.Read(options), option.Read(changed))).Select(option => option.Name);
            Assert.Subset(Settings.ToHashSet(), set.ToHashSet());
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Every_recipe_sets_the_same_whatever_was_set_before(string name)
    {
        Recipe recipe = Recipe.Find(name);
        var other = new FineTuningOptions { Backbone = "cifar_resnet20", Weights = null, ImageSize = 16 };
        foreach (TrainingOption option in TrainingOption.Of(typeof(FineTuningOptions)))
        {
            object? before = option.Read(new FineTuningOptions()), after = option.Read(recipe.Apply(new FineTuningOptions()));
            if (!Equals(before, after)) Assert.Equal(after, option.Read(recipe.Apply(other)));
        }

        Assert.Equal("cifar_resnet20", recipe.Apply(other).Backbone);
    }

    [Theory, MemberData(nameof(All))]
    public void Every_recipe_trains(string name)
    {
        ImageClassificationOptions[] asked = [TrainedModel.Options, Trainings.Extraction];
        foreach (ImageClassificationOptions options in asked)
        {
            ImageClassificationOptions changed = Recipe.Find(name).Apply(options) with { Epochs = 1, BatchSize = 4 };
            Assert.Equal(1, Trainings.Train(changed, _images.Path).Training!.BestEpoch);
        }
    }

    [Fact]
    public void The_tutorials_recipe_has_its_numbers()
    {
        FineTuningOptions options = Recipe.Tutorial.Apply(new FineTuningOptions { Nesterov = true });
        Assert.Equal((25, 4), (options.Epochs, options.BatchSize));
        Assert.Equal((0.001, 0.9, false), (options.LearningRate, options.Momentum, options.Nesterov));
        Assert.Equal((OptimizerKind.Sgd, LearningRateSchedule.Step(7, 0.1)), (options.Optimizer, options.Schedule));
    }

    [Fact]
    public void Torchvisions_recipe_has_its_numbers()
    {
        FineTuningOptions options = Recipe.Torchvision.Apply(new FineTuningOptions { Nesterov = true });
        Assert.Equal((90, 32), (options.Epochs, options.BatchSize));
        Assert.Equal((0.0125, 0.9, false, 1e-4), (options.LearningRate, options.Momentum, options.Nesterov, options.WeightDecay));
        Assert.Equal((OptimizerKind.Sgd, LearningRateSchedule.Step(30, 0.1)), (options.Optimizer, options.Schedule));
    }

    // fastai's fine_tune: base_lr / lr_mult with lr_mult = 100, div = 5, pct_start = 0.3 after the head; its batches, its wd.
    [Fact]
    public void Fastais_recipe_has_its_numbers()
    {
        FineTuningOptions options = Recipe.Fastai.Apply(new FineTuningOptions());
        Assert.Equal((1e-3, 0.01, 0.01, 64), (options.LearningRate, options.LowestRate, options.WeightDecay, options.BatchSize));
        Assert.Equal((OptimizerKind.AdamW, LearningRateSchedule.OneCycle(0.3, 5)), (options.Optimizer, options.Schedule));
        Assert.Equal((true, false), (options.HeadWarmup, options.DecayNorms));
    }

    [Fact]
    public void What_is_set_afterwards_counts()
    {
        FineTuningOptions options = Recipe.Tutorial.Apply(new FineTuningOptions()) with { Epochs = 3 };
        Assert.Equal((3, OptimizerKind.Sgd), (options.Epochs, options.Optimizer));
    }

    [Fact]
    public void An_unknown_recipe_is_refused_with_a_suggestion()
    {
        var error = Assert.Throws<ArgumentException>(() => Recipe.Find("tutorail"));
        Assert.Contains("default, fast, best, torchvision, tutorial, fastai", error.Message, StringComparison.Ordinal);
        Assert.Contains("'tutorial'?", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();
}
