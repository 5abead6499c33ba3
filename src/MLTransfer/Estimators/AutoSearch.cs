using System.Globalization;
using MLTransfer.Models;

namespace MLTransfer.Estimators;

/// <summary>Which trials a search has, in which order, and which of them the time is enough for.</summary>
/// <param name="candidates">All trials but the first, those that promise most before the others.</param>
/// <param name="costs">What they take.</param>
internal sealed class AutoSearch(IReadOnlyList<AutoTrial> candidates, TrialCosts costs)
{
    // A long trial leaves time for others, and one with little to gain is not begun while it takes much of the time.
    private const double ShareOfFineTuning = 2.0 / 3, ShareOfFeatures = 0.1, ShareOfTheLast = 0.95;

    private readonly List<AutoTrial> _left = [.. candidates];
    private readonly List<AutoTrial> _tried = [];
    private readonly List<AutoTrial> _needless = [];

    /// <summary>The next trial and the seconds that it takes; null where none of those left fits.</summary>
    public AutoTrial? Next(double secondsLeft)
    {
        foreach (AutoTrial trial in _left.FindAll(IsShorterThanTried))
        {
            _left.Remove(trial);
            _needless.Add(trial with { ExpectedSeconds = costs.Of(trial), Why = "the same with more epochs was tried" });
        }

        AutoTrial? next = _left.Find(trial => costs.Of(trial) <= ShareOf(trial) * secondsLeft)
            ?? _left.Find(trial => costs.Of(trial) <= ShareOfTheLast * secondsLeft);
        if (next is null) return null;
        _left.Remove(next);
        _tried.Add(next);
        return next with { ExpectedSeconds = costs.Of(next) };
    }

    /// <summary>The trials that were not tried, with the reason.</summary>
    /// <param name="reason">Why the search is over; null where nothing else fitted into the time.</param>
    /// <param name="secondsLeft">The time that was left then.</param>
    public IEnumerable<AutoTrial> NotTried(string? reason, double secondsLeft) =>
    [
        .. _left.Select(trial => trial with
        {
            ExpectedSeconds = costs.Of(trial),
            Why = reason ?? costs.Unknown(trial) ?? string.Create(
                CultureInfo.InvariantCulture, $"needs about {costs.Of(trial):0} s, and {Math.Max(0, secondsLeft):0} s were left"),
        }),
        .. _needless,
    ];

    /// <summary>
    /// The trials of a network, those that promise most for their time first: <c>docs/recipes.md</c> compares the recipes.
    /// </summary>
    /// <param name="size">The image size of the first trial.</param>
    /// <param name="otherSizes">Whether other image sizes may be tried.</param>
    /// <param name="smallest">The smallest image size of the network.</param>
    /// <param name="layers">What of it can be fine-tuned: all layers, and the upper half.</param>
    public static IReadOnlyList<AutoTrial> Candidates(int size, bool otherSizes, int smallest, IReadOnlyList<Layers> layers)
    {
        int? larger = otherSizes && Scaled(size, 1.3) is var greater && greater > size ? greater : null;
        int? smaller = otherSizes && Scaled(size, 0.7) is var less && less < size && less >= smallest ? less : null;
        return
        [
            .. Trials(Recipe.Best, size, [null]), .. Trials(Recipe.Default, larger, [null]),
            .. Trials(Recipe.Default, size, [.. layers]), .. Trials(Recipe.Best, size, [.. layers]),
            .. Trials(Recipe.Default, smaller, [.. layers.Take(1)]), .. Trials(Recipe.Best, smaller, [.. layers.Take(1)]),
            .. Trials(Recipe.Fast, size, [.. layers]), .. Trials(Recipe.Fast, smaller, [.. layers.Take(1)]),
        ];

        static IEnumerable<AutoTrial> Trials(Recipe recipe, int? side, params Layers?[] layers) =>
            side is { } pixels ? layers.Select(trained => new AutoTrial(recipe.Name, trained, pixels)) : [];
    }

    // The strides of convolutional networks multiply to 32.
    private static int Scaled(int size, double factor) => (int)Math.Round(size * factor / 32) * 32;

    private static double ShareOf(AutoTrial trial) => trial.Train is null ? ShareOfFeatures : ShareOfFineTuning;

    // What half the epochs bring is known once all of them were run.
    private bool IsShorterThanTried(AutoTrial trial) => trial.Recipe == Recipe.Fast.Name
        && _tried.Exists(tried => (tried.Train, tried.ImageSize) == (trial.Train, trial.ImageSize));
}

/// <summary>
/// The seconds that trials take: from short trainings at one image size, at others in proportion to the pixels; corrected by each trial
/// that was run.
/// </summary>
/// <param name="trainingImages">How many images are trained on.</param>
/// <param name="validationImages">How many each epoch is validated on.</param>
/// <param name="imageSize">The image size of the figures.</param>
internal sealed class TrialCosts(int trainingImages, int validationImages, int imageSize)
{
    private readonly Dictionary<Layers, double> _training = [];
    private readonly Dictionary<Layers, string> _unknown = [];

    /// <summary>Seconds to score an image.</summary>
    public required double Forward { get; init; }

    /// <summary>Seconds of an epoch of the head on features.</summary>
    public required double HeadEpoch { get; init; }

    /// <summary>Seconds to build a network and to free it, in every trial.</summary>
    public required double Start { get; init; }

    /// <summary>Sets the seconds to train layers on an image once.</summary>
    public void Measured(Layers layers, double seconds) => _training[layers] = seconds;

    /// <summary>Says why training some layers could not be measured: no trial of them is begun.</summary>
    public void NotMeasured(Layers layers, string why) => (_training[layers], _unknown[layers]) = (double.PositiveInfinity, why);

    /// <summary>Why it is not known what a trial takes; null where it is.</summary>
    public string? Unknown(AutoTrial trial) => trial.Train is { } layers ? _unknown.GetValueOrDefault(layers) : null;

    /// <summary>The seconds of a trial.</summary>
    public double Of(AutoTrial trial)
    {
        double area = Math.Pow((double)trial.ImageSize / imageSize, 2);
        if (trial.Train is not { } layers)
        {
            FeatureExtractionOptions features = Recipe.Find(trial.Recipe).Apply(new FeatureExtractionOptions());
            return Start + (features.Views * trainingImages + validationImages) * Forward * area + features.Epochs * HeadEpoch;
        }

        int epochs = Recipe.Find(trial.Recipe).Apply(new FineTuningOptions()).Epochs;
        double epoch = trainingImages * _training[layers] + validationImages * Forward;
        return Start + HeadWarmup.Epochs * HeadEpoch + (trainingImages * Forward + epochs * epoch) * area;
    }

    /// <summary>Corrects the figures of fine-tuning by a trial that ran to its end: what was wrong for some layers is for others.</summary>
    public void Learn(AutoTrial finished)
    {
        if (finished.Train is null) return;
        double factor = finished.Seconds / Of(finished);
        foreach (Layers layers in _training.Keys) _training[layers] *= factor;
    }
}
