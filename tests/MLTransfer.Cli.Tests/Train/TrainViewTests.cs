using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Tests.Screen;
using MLTransfer.Cli.Train;
using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;

namespace MLTransfer.Cli.Tests.Train;

public sealed class TrainViewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_training_is_summed_up_with_what_to_do_next() =>
        Expected.Is("view-train.txt", Visible(Result(epochs: 4)));

    [Fact]
    public void Of_many_epochs_some_are_shown_and_the_best_and_the_last_always() =>
        Expected.Is("view-train-many-epochs.txt", Visible(Result(epochs: 203)));

    [Theory]
    [InlineData("insects/val", null, false, "insects/val")]
    [InlineData("insects/val", null, true, "insects/val --split val")]
    [InlineData(null, "val", false, "insects/train --split val")]
    [InlineData(null, null, false, "DATA")]
    public void Evaluating_is_proposed_on_images_that_were_not_trained_on(
        string? validation, string? split, bool hasOtherSplits, string expected)
    {
        var result = Result(epochs: 4);
        var images = new TrainData(null!, null, split) { UnusedToValidate = hasOtherSplits ? ["test"] : [] };
        result = result with { Arguments = result.Arguments with { Validation = validation, Images = images } };
        Assert.EndsWith($"--data {expected}", Visible(result).TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Best: 93.8 % of the validation images right, by the average of the epochs 2, 3 of 4, chosen by them.", 2, 3)]
    [InlineData("Best: 93.8 % of the validation images right, after epoch 3 of 4; no average with another was as good.", 3)]
    public void An_average_of_epochs_is_named(string expected, params int[] epochs)
    {
        var result = Result(epochs: 4);
        result = result with { Summary = result.Summary with { SoupEpochs = epochs } };
        Assert.Contains(expected, Visible(result), StringComparison.Ordinal);
        Assert.Equal(epochs, result.ToJson().SoupEpochs);
    }

    [Theory]
    [InlineData(2, true, ", with the running average of the weights")]
    [InlineData(4, false, ", before their average began")]
    [InlineData(0, false, "")]
    public void Whether_the_weights_of_the_best_epoch_are_averages_is_said(int swaFrom, bool isAverage, string expected)
    {
        var result = Result(epochs: 4);
        result = result with
        {
            Arguments = result.Arguments with { Options = result.Arguments.Options with { SwaFrom = swaFrom } },
            Summary = result.Summary with { IsAverage = isAverage },
        };
        Assert.Contains($"right, after epoch 3 of 4{expected}.", Visible(result), StringComparison.Ordinal);
        Assert.Equal(isAverage ? true : null, result.ToJson().AveragedWeights);
        var last = result with { Summary = result.Summary with { ValidationImages = 0 } };
        Assert.Contains($"the model is that of the last epoch, 3{expected}.", Visible(last), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EpochMetric.MacroF1, "macro-f1 71.0 %, ", 0.71)]
    [InlineData(EpochMetric.MacroAccuracy, "macro-accuracy 72.0 %, ", 0.72)]
    [InlineData(EpochMetric.MacroPrecision, "macro-precision 73.0 %, ", 0.73)]
    [InlineData(EpochMetric.MeanAveragePrecision, "map 74.0 %, ", 0.74)]
    [InlineData(EpochMetric.CalibrationError, "ece 7.5 %, ", 0.075)]
    [InlineData(EpochMetric.BrierScore, "brier 0.1600, ", 0.16)]
    [InlineData(EpochMetric.Loss, "", 0.5)]
    public void A_metric_that_chose_the_epoch_is_shown_where_nothing_else_shows_it(EpochMetric metric, string words, double value)
    {
        var plain = Result(epochs: 4);
        var result = plain with
        {
            Summary = plain.Summary with
            {
                ChooseBy = metric,
                Chosen = plain.Summary.Epochs[2] with
                {
                    ValidationMacroF1 = 0.71,
                    ValidationMacroAccuracy = 0.72,
                    ValidationMacroPrecision = 0.73,
                    ValidationMeanAveragePrecision = 0.74,
                    ValidationCalibrationError = 0.075,
                    ValidationBrierScore = 0.16,
                },
            },
        };
        Assert.Contains(
            $"Best: 93.8 % of the validation images right, {words}after epoch 3 of 4.", Visible(result), StringComparison.Ordinal);
        Assert.Equal(words.Length > 0, Regex.IsMatch(Visible(result), $"val loss +{EpochChoice.Names[(int)metric]} "));
        string field = string.Create(
            CultureInfo.InvariantCulture, $",\"chosen_by\":{{\"metric\":\"{EpochChoice.Names[(int)metric]}\",\"value\":{value}}}");
        Assert.Equal(Json(plain).TrimEnd()[..^1] + field + "}", Json(result).TrimEnd());
        Assert.Null((result with { Summary = result.Summary with { ValidationImages = 0 } }).ChosenBy);
    }

    [Fact]
    public void A_search_is_a_table_of_trials_with_the_accuracy_on_images_that_nothing_was_chosen_by() =>
        Expected.Is("view-train-auto.txt", Visible(Searched()));

    [Fact]
    public void The_json_document_of_a_search_has_the_promised_fields() =>
        Expected.Is("json-train-auto.txt", Json(Searched()));

    [Theory]
    [InlineData(null, false, "DATA")]
    [InlineData(null, true, "insects/train --split test")]
    [InlineData("insects/test", true, "insects/test --split test")]
    public void After_a_search_evaluating_is_proposed_on_the_images_that_measured_it(string? test, bool hasSplit, string expected)
    {
        var result = Searched();
        var split = new ImageDataset("insects/train", "folder", [new("a.png", "ants", "test")]);
        var images = new TrainData(null!, null, null) { Test = hasSplit ? split : null };
        result = result with { Arguments = result.Arguments with { Test = test, Images = images } };
        Assert.EndsWith($"--data {expected}", Visible(result).TrimEnd(), StringComparison.Ordinal);
    }

    // Wilson's interval for 9 of 10, as R's prop.test(9, 10, correct = FALSE) and statsmodels have it.
    [Theory]
    [InlineData(0.9, 10, 0.5958, 0.9821)]
    [InlineData(1, 20, 0.8389, 1)]
    [InlineData(0, 20, 0, 0.1611)]
    public void The_interval_of_an_accuracy_is_that_of_Wilson(double accuracy, int images, double low, double high)
    {
        var (lower, upper) = AutoView.Interval(accuracy, images);
        Assert.Equal((low, high), (Math.Round(lower, 4), Math.Round(upper, 4)));
    }

    [Fact]
    public void A_failed_epoch_is_said_with_what_is_saved()
    {
        var result = Result(epochs: 4);
        result = result with { Summary = result.Summary with { Failure = "Epoch 5 failed: The disk is full." } };
        Assert.Equal($"mlt train: Epoch 5 failed: The disk is full. The best model of the finished epochs, of epoch 3, is saved in "
            + $"'{result.Model}'.", TrainView.Stopped(result));
    }

    [Fact]
    public void The_json_document_has_the_promised_fields() =>
        Expected.Is("json-train.txt", Json(Result(epochs: 4)));

    [Fact]
    public void Skipped_images_are_listed_with_their_reasons()
    {
        using var words = new StringWriter();
        TrainView.ShowSkipped(Result(epochs: 4), words);
        Assert.Equal($"skipped 'bees/torn.jpg': it is cut short{Environment.NewLine}", words.ToString());
    }

    private string Visible(TrainResult result) => Hidden(Shown.By(context => TrainView.Show(result, context)));

    private string Json(TrainResult result) => Hidden(Shown.By(context => ReportJson.WriteTo(context.Output, result.ToJson())));

    private string Hidden(string text) => text.Replace(_folder.Path, "FOLDER", StringComparison.Ordinal);

    private TrainResult Searched()
    {
        var result = Result(epochs: 4);
        AutoTrial features = new(Recipe.Default.Name, null, 224)
        {
            Number = 1, Seconds = 8.5, ValidationAccuracy = 0.875, Why = "no better than trial 2",
        };
        AutoTrial upper = new(Recipe.Fast.Name, Layers.From("layer3"), 224)
        {
            Number = 2, ExpectedSeconds = 41, Seconds = 38.25, ValidationAccuracy = 0.9375, IsKept = true,
            Why = "the best on the validation images",
        };
        AutoTrial all = new(Recipe.Default.Name, Layers.All, 224) { ExpectedSeconds = 389, Why = "needs about 389 s, and 12 s were left" };
        return result with
        {
            Arguments = result.Arguments with
            {
                Options = new AutoOptions { Backbone = "resnet18" },
                Validation = null,
                Images = new TrainData(null!, null, null),
            },
            Summary = result.Summary with { Trials = [features, upper, all], TestAccuracy = 0.9, TestImages = 160 },
        };
    }

    private TrainResult Result(int epochs)
    {
        var arguments = new TrainArguments
        {
            Data = "insects/train",
            Validation = "insects/val",
            Options = new FineTuningOptions { Backbone = "resnet18", ValidationFraction = 0.2 },
            Out = OutputFile.Checked("--out", _folder.PathOf("model.zip")),
        };
        EpochResult[] history = [.. Enumerable.Range(1, epochs)
            .Select(epoch => new EpochResult(epoch, 1.0 / epoch, 0.75, 0.5, epoch == 3 ? 0.9375 : 0.875, 0.001, 1.5))];
        var summary = new TrainingSummary(
            1234, 160, [new SkippedImage(7, "bees/torn.jpg", "it is cut short")], history, 3, 0.9375, false, 0, 6,
            822.6666)
        { LoaderWaitFraction = 0.0123 };
        return new(arguments, ["ants", "bees"], summary, 7.123456);
    }
}
