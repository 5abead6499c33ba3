using MLTransfer.Errors;
using MLTransfer.Imaging;

namespace MLTransfer;

/// <summary>
/// A named set of training options: those that do well here, and those of well-known libraries. A recipe sets the options that belong to it
/// and leaves all others as they are; <c>docs/recipes.md</c> compares them.
/// </summary>
public sealed class Recipe
{
    private readonly Func<ImageClassificationOptions, ImageClassificationOptions> _set;

    private Recipe(string name, string summary, Func<ImageClassificationOptions, ImageClassificationOptions> set) =>
        (Name, Summary, _set) = (name, summary, set);

    /// <summary>The defaults of the options, which it leaves as they are.</summary>
    public static Recipe Default { get; } = new("default", "the defaults of all options", options => options);

    /// <summary>A first look: half the epochs of <see cref="Default"/>.</summary>
    public static Recipe Fast { get; } = new(
        "fast", "a first look: half the epochs", options => options with { Epochs = options is FineTuningOptions ? 5 : 10 });

    /// <summary>For where accuracy counts more than time: several times the epochs of <see cref="Default"/>.</summary>
    public static Recipe Best { get; } = new(
        "best", "where accuracy counts more than time: many epochs, mixed images, averaged weights",
        options => options is FineTuningOptions fineTuning
            ? fineTuning with
            {
                Epochs = 30,
                Warmup = LearningRateWarmup.Fraction(0.05),
                LabelSmoothing = 0.1,
                Mixup = 0.2,
                CutMix = 1,
                EmaDecay = 0.99,
            }
            : ((FeatureExtractionOptions)options) with { Epochs = 60, Views = 6 });

    /// <summary>
    /// torchvision's reference for ResNet, <c>references/classification/train.py</c> without arguments: SGD with momentum 0.9, weight decay
    /// 1e-4, 90 epochs with a tenth of the rate after every 30. Its rate of 0.1 is for eight batches of 32 at once: 0.0125 for one. Its
    /// crops begin at 8 % of an image; those here, at the 35 % of <see cref="Presets.Standard"/>.
    /// </summary>
    public static Recipe Torchvision { get; } = new(
        "torchvision", "torchvision's reference for ResNet: SGD at 0.0125, 90 epochs, a tenth of the rate after every 30",
        options => WithoutHeadWarmup(options) with
        {
            Epochs = 90,
            BatchSize = 32,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0.9,
            Nesterov = false,
            LearningRate = 0.0125,
            WeightDecay = 1e-4,
            Schedule = LearningRateSchedule.Step(30),
        });

    /// <summary>
    /// PyTorch's transfer-learning tutorial (https://pytorch.org/tutorials/beginner/transfer_learning_tutorial.html): SGD at 0.001 with
    /// momentum 0.9, batches of 4, 25 epochs with a tenth of the rate after every 7. Its crops begin at 8 % of an image; those here, at the
    /// 35 % of <see cref="Presets.Standard"/>.
    /// </summary>
    public static Recipe Tutorial { get; } = new(
        "tutorial", "PyTorch's transfer-learning tutorial: SGD at 0.001, batches of 4, 25 epochs, a tenth of the rate after every 7",
        options => WithoutHeadWarmup(options) with
        {
            Epochs = 25,
            BatchSize = 4,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0.9,
            Nesterov = false,
            LearningRate = 0.001,
            WeightDecay = 0,
            Schedule = LearningRateSchedule.Step(7),
        });

    /// <summary>
    /// fastai's <c>fine_tune</c> (https://docs.fast.ai/callback.schedule.html): AdamW at 1e-3, a hundredth of it at the lowest layer,
    /// weight decay 0.01 without norms and biases, batches of 64, one cycle that begins at a fifth of the rate. The head comes first, here
    /// by <see cref="FineTuningOptions.HeadWarmup"/>. Its number of epochs is the caller's: <see cref="TrainingOptions.Epochs"/> stays as
    /// it is. Features are trained as by its <c>fit_one_cycle</c>: the rate rises in the first quarter, from a 25th.
    /// </summary>
    public static Recipe Fastai { get; } = new(
        "fastai", "fastai's fine_tune: AdamW at 1e-3, less at lower layers, weight decay 0.01, one cycle, batches of 64",
        options => OneCycle(options) with
        {
            BatchSize = 64,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 1e-3,
            WeightDecay = 0.01,
            DecayNorms = false,
        });

    /// <summary>All recipes.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [Default, Fast, Best, Torchvision, Tutorial, Fastai];

    /// <summary>Its name, as <c>mlt train --recipe</c> takes it.</summary>
    public string Name { get; }

    /// <summary>What it does, in a few words.</summary>
    public string Summary { get; }

    /// <summary>The recipe of a name.</summary>
    /// <param name="name">A name of one of <see cref="All"/>, in any case.</param>
    /// <exception cref="ArgumentException">There is no such recipe; the message lists them.</exception>
    public static Recipe Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = [.. All.Select(recipe => recipe.Name)];
        return All.FirstOrDefault(recipe => recipe.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new ArgumentException(
            $"There is no recipe '{name}'. Known are {string.Join(", ", names)}.{NearestName.Suggest(name, names)}", nameof(name));
    }

    /// <summary>Sets the options of the recipe; <c>with</c> then changes others, or these again.</summary>
    /// <param name="options">The options to start from.</param>
    /// <returns>New options, or the same where the recipe sets none.</returns>
    public TOptions Apply<TOptions>(TOptions options)
        where TOptions : ImageClassificationOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        return (TOptions)_set(options);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static ImageClassificationOptions WithoutHeadWarmup(ImageClassificationOptions options) =>
        options is FineTuningOptions fineTuning
            ? fineTuning with { HeadWarmup = false, FreezeBatchNorm = false, Augmentation = Presets.Standard } : options;

    private static ImageClassificationOptions OneCycle(ImageClassificationOptions options) => options is FineTuningOptions fineTuning
        ? fineTuning with
        {
            HeadWarmup = true,
            FreezeBatchNorm = false,
            LayerDecay = 1,
            LowestRate = 0.01,
            Schedule = LearningRateSchedule.OneCycle(0.3, 5),
        }
        : options with { Schedule = LearningRateSchedule.OneCycle(0.25) };
}
