using Microsoft.ML;
using MLTransfer.Training;

namespace MLTransfer;

/// <summary>
/// Options of a search: several trainings are tried within a time, the one that validates best is kept. The options that are inherited hold
/// for all trials, where they are not at their defaults; those that the trials choose cannot be set.
/// </summary>
public sealed record AutoOptions : ImageClassificationOptions
{
    private const double DefaultValidationFraction = 0.2;

    /// <summary>Creates the options with their defaults; a fifth of each class's images is held back.</summary>
    public AutoOptions() => ValidationFraction = DefaultValidationFraction;

    /// <summary>
    /// The names of the options that the trials choose, with <see cref="ImageClassificationOptions.ImageSize"/> where it is null.
    /// </summary>
    internal static IReadOnlyList<string> ChosenByTrials { get; } =
        [nameof(Epochs), nameof(LearningRate), nameof(Optimizer), nameof(Schedule), nameof(Warmup), nameof(SwaFrom)];

    /// <summary>Each trial has that of its kind; this is the one of fine-tuning pretrained weights.</summary>
    public override double RecommendedLearningRate => new FineTuningOptions().RecommendedLearningRate;

    /// <summary>
    /// The time for all trials, above 0. What does not fit into it is not begun, and a trial that turns out to be slower is ended, its best
    /// epoch counts; but the first trial, features by the default recipe, is always finished. Default: 5 minutes.
    /// </summary>
    [TrainingOption(
        "The time for all trials, such as 90s, 5m or 1h30m. Features by the default recipe come first, and are finished in any case.",
        CommandLine = "--budget", Shape = "TIME", Default = "5m", MayChange = "A search has no checkpoint.",
        OnlyHere = "a single training takes as long as its epochs do")]
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Images that measure the model in the end, with the columns of the training data; no choice depends on them. Default: null, half of
    /// the validation images, which then choose nothing either.
    /// </summary>
    [TrainingOption("Images that measure the model in the end; no choice depends on them.", NotTyped = "--test names the images instead.",
        MayChange = "A search has no checkpoint.", Default = "half of the validation images")]
    public IDataView? Test { get; init; }

    /// <inheritdoc cref="FineTuningOptions.MeasuredFile"/>
    internal string? MeasuredFile { get; init; } = new FineTuningOptions().MeasuredFile;

    /// <summary>The names of options that hold for all trials although they are at their defaults.</summary>
    internal IReadOnlyCollection<string> Given { get; init; } = [];

    /// <summary>The options of a trial of features.</summary>
    internal FeatureExtractionOptions Features(Recipe recipe) => Shared(recipe.Apply(new FeatureExtractionOptions()));

    /// <summary>The options of a trial of fine-tuning.</summary>
    internal FineTuningOptions FineTuning(Recipe recipe, Layers train)
    {
        FineTuningOptions shared = Shared(recipe.Apply(new FineTuningOptions())) with { Train = train, MeasuredFile = MeasuredFile };
        // Mixed images have no weights.
        bool areWeighted = Balance == ClassBalance.Weights || ClassWeights != ClassWeights.Equal || ExampleWeightColumnName is not null;
        return areWeighted ? shared with { Mixup = 0, CutMix = 0 } : shared;
    }

    private protected override IEnumerable<string?> Contradictions() =>
    [
        .. base.Contradictions(),
        Budget > TimeSpan.Zero ? null : $"Budget is {Budget}; it must be above 0.",
        Validation is null && ValidationFraction == 0
            ? "ValidationFraction is 0, and there are no Validation images, by which trials are compared." : null,
        .. TrainingOption.Of(typeof(AutoOptions)).Where(option => ChosenByTrials.Contains(option.Name) && IsSet(option))
            .Select(option => $"{option.Name} is set, and the trials choose it. Leave it out, or train once, by features or fine-tuning."),
    ];

    // Each option that is not at its default replaces what the recipe sets.
    private TOptions Shared<TOptions>(TOptions recipe)
        where TOptions : ImageClassificationOptions
    {
        TOptions fresh = (TOptions)(recipe with
        {
            Noted = Noted,
            TensorBoardLost = TensorBoardLost,
            CacheLost = CacheLost,
        });
        foreach (TrainingOption option in TrainingOption.Of(typeof(AutoOptions)).Where(IsSet))
        {
            if (option.Owner != typeof(AutoOptions)) option.Copy(this, fresh);
        }

        return fresh;
    }

    private bool IsSet(TrainingOption option) => Given.Contains(option.Name) || !Equals(option.Read(this), option.Read(new AutoOptions()));
}
