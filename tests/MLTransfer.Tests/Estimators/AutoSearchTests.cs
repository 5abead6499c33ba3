using MLTransfer.Estimators;
using MLTransfer.Tests.Training;

namespace MLTransfer.Tests.Estimators;

public class AutoSearchTests
{
    private static readonly Layers Upper = Layers.From("layer3");
    private static readonly Layers[] Both = [Layers.All, Upper];

    [Fact]
    public void With_much_time_everything_is_tried_but_what_is_shorter_than_a_trial_before_it()
    {
        var search = new AutoSearch(AutoSearch.Candidates(224, true, 32, Both), Costs());
        string[] tried = [.. Tried(search, seconds: 1e6)];
        Assert.Equal(
            [
                "features, best, 224 px", "features, default, 288 px", "fine-tuning, default, 224 px",
                "fine-tuning from layer3, default, 224 px", "fine-tuning, best, 224 px", "fine-tuning from layer3, best, 224 px",
                "fine-tuning, default, 160 px", "fine-tuning, best, 160 px",
            ], tried);
        Assert.Equal(
            ["fine-tuning, fast, 224 px", "fine-tuning from layer3, fast, 224 px", "fine-tuning, fast, 160 px"],
            search.NotTried(reason: null, secondsLeft: 1e6).Select(trial => trial.ToString()));
        Assert.All(search.NotTried(null, 1e6), trial => Assert.Equal("the same with more epochs was tried", trial.Why));
    }

    // An epoch takes 100 · 0.1 + 20 · 0.03 = 10.6 s, of layer3 on 5.6 s; the features before, 3 s. A trial may take two thirds of the time.
    [Theory]
    // 3 + 10 · 10.6 = 109 s.
    [InlineData(170, "fine-tuning, default, 224 px")]
    // 3 + 10 · 5.6 = 59 s.
    [InlineData(90, "fine-tuning from layer3, default, 224 px")]
    // 3 + 5 · 5.6 = 31 s.
    [InlineData(60, "fine-tuning from layer3, fast, 224 px")]
    // 6 views of 100 images and the validation images, 18.6 s: more than a tenth of the time, but nothing else fits.
    [InlineData(25, "features, best, 224 px")]
    public void With_little_time_the_most_promising_that_fits_is_tried(double seconds, string expected)
    {
        var search = new AutoSearch(AutoSearch.Candidates(224, false, 32, Both), Costs());
        AutoTrial? next = search.Next(seconds);
        Assert.Equal(expected, next!.ToString());
        Assert.InRange(next.ExpectedSeconds, 0, 0.95 * seconds);
    }

    [Fact]
    public void What_does_not_fit_says_how_long_it_would_take()
    {
        var search = new AutoSearch(AutoSearch.Candidates(224, false, 32, []), Costs());
        Assert.Null(search.Next(10));
        AutoTrial left = Assert.Single(search.NotTried(reason: null, secondsLeft: 10));
        Assert.Equal("features, best, 224 px: needs about 19 s, and 10 s were left", $"{left}: {left.Why}");
        Assert.Equal((0, 18.6), (left.Number, Math.Round(left.ExpectedSeconds, 6)));
    }

    [Fact]
    public void A_finished_trial_corrects_what_others_are_expected_to_take()
    {
        TrialCosts costs = Costs();
        AutoTrial fast = new(Recipe.Fast.Name, Layers.All, 224), best = fast with { Recipe = Recipe.Best.Name };
        AutoTrial upper = fast with { Train = Upper };
        (double expected, double other) = (costs.Of(fast), costs.Of(upper));
        costs.Learn(fast with { Seconds = expected / 2 });
        Assert.InRange(costs.Of(fast), expected / 2, 0.6 * expected);
        Assert.InRange(costs.Of(best), expected, 4 * expected);
        Assert.InRange(costs.Of(upper), other / 2, 0.6 * other);
    }

    [Fact]
    public void What_could_not_be_measured_is_not_begun_and_says_why()
    {
        TrialCosts costs = Costs();
        costs.NotMeasured(Layers.All, "failed: out of memory");
        var search = new AutoSearch([new("default", Layers.All, 224), new("default", Upper, 224)], costs);
        Assert.Equal("fine-tuning from layer3, default, 224 px", search.Next(1e6)!.ToString());
        Assert.Null(search.Next(1e6));
        Assert.Equal("failed: out of memory", Assert.Single(search.NotTried(reason: null, secondsLeft: 1e6)).Why);
    }

    [Fact]
    public void Costs_grow_with_the_pixels() => Assert.Equal(
        4, Costs().Of(new("fast", Layers.All, 448)) / Costs().Of(new("fast", Layers.All, 224)), 1e-9);

    [Theory]
    // Neither larger nor smaller in steps of 32 pixels.
    [InlineData(32, 32, new[] { 32 })]
    // Not below what the network takes.
    [InlineData(224, 224, new[] { 224, 288 })]
    [InlineData(128, 32, new[] { 96, 128, 160 })]
    public void Image_sizes_are_multiples_of_32_that_the_network_takes(int size, int smallest, int[] expected) => Assert.Equal(
        expected, AutoSearch.Candidates(size, true, smallest, Both).Select(trial => trial.ImageSize).Distinct().Order());

    [Fact]
    public void A_backbone_that_cannot_be_trained_has_features_only() => Assert.Equal(
        ["features, best, 224 px", "features, default, 288 px"],
        AutoSearch.Candidates(224, true, 32, []).Select(trial => trial.ToString()));

    [Fact]
    public void A_pace_is_that_of_the_batches_after_the_first()
    {
        bool isOver = false;
        var clock = new PassedTime();
        var pace = new Pace(TrainingPhase.Training, seconds: 60, clock, () => isOver = true);
        Assert.Equal(double.PositiveInfinity, pace.SecondsOfAnImage);
        Report(TrainingPhase.Features, 16);
        Report(TrainingPhase.Training, 0);
        Assert.Equal((double.PositiveInfinity, 0), (pace.SecondsOfAnImage, pace.Done));
        Report(TrainingPhase.Training, 16);
        // Of a single batch there is the speed that it reports.
        Assert.Equal(0.01, pace.SecondsOfAnImage);
        clock.Pass(TimeSpan.FromSeconds(4));
        Report(TrainingPhase.Training, 32);
        Assert.False(isOver);
        clock.Pass(TimeSpan.FromSeconds(4));
        Report(TrainingPhase.Training, 48);
        Assert.True(isOver);
        Assert.Equal(0.25, pace.SecondsOfAnImage, 1e-6);

        void Report(TrainingPhase phase, int done) => pace.Report(new(
            phase, 1, 1, done, 100, 100, TimeSpan.Zero, double.NaN, double.NaN, double.NaN));
    }

    private static TrialCosts Costs()
    {
        var costs = new TrialCosts(trainingImages: 100, validationImages: 20, imageSize: 224) { Forward = 0.03, HeadEpoch = 0, Start = 0 };
        costs.Measured(Layers.All, 0.1);
        costs.Measured(Upper, 0.05);
        return costs;
    }

    private static IEnumerable<string> Tried(AutoSearch search, double seconds)
    {
        while (search.Next(seconds) is { } next) yield return next.ToString();
    }
}
