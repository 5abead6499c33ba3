using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using MLTransfer.Training;
using Spectre.Console;

namespace MLTransfer.Cli.Train;

/// <summary>Shows a training on a terminal: its epochs, the best of them, the model, and what to do next.</summary>
internal static class TrainView
{
    private const int MostRows = 20;

    internal static string WithoutCache(string reason) =>
        $"what frozen layers give is not kept for the next training (--cache DIR|none): {reason}";

    internal static void ShowSkipped(TrainResult result, TextWriter errors)
    {
        foreach (var image in result.Summary.Skipped)
            errors.WriteLine($"skipped '{image.Name}': {image.Reason}");
    }

    /// <summary>Why the training did not reach its last epoch, and what is saved; null where it did.</summary>
    internal static string? Stopped(TrainResult result) => result.Summary switch
    {
        { Failure: { } failure, BestEpoch: var best } =>
            $"mlt train: {failure} The best model of the finished epochs, of epoch {best}, is saved in '{result.Model}'.",
        { Cancelled: true, BestEpoch: var best } =>
            $"mlt train: interrupted; the best model so far, of epoch {best}, is saved in '{result.Model}'.",
        _ => null,
    };

    /// <param name="result">The training.</param>
    /// <param name="context">Where it is shown.</param>
    /// <param name="withEpochs">Whether the epochs are shown; they need not be where each has a row on the same terminal already.</param>
    internal static void Show(TrainResult result, CommandContext context, bool withEpochs = true)
    {
        var (summary, screen, output) = (result.Summary, Screens.ForResults(context), context.Output);
        if (summary.Trials.Count > 0)
            screen.Write(AutoView.Table(summary));
        else if (withEpochs)
            screen.Write(EpochTable(result));
        var skipped = summary.Skipped.Count == 0 ? "" : $", {Figures.Count(summary.Skipped.Count)} skipped";
        output.WriteLine(
            $"{Figures.Count(summary.TrainingImages)} training images of {result.Labels.Count} classes, " +
            $"{Figures.Count(summary.ValidationImages)} for validation{skipped}.");
        output.WriteLine(summary.ValidationImages == 0
            ? $"Nothing was held back for validation: the model is that of the last epoch, {summary.BestEpoch}{Averaged(result)}."
            : $"Best: {Figures.Percent(summary.ValidationAccuracy)} of the validation images right, "
                + $"{Choice(result)}{Source(summary)}{Averaged(result)}.");
        ShowCalibration(summary, output);
        ShowRejection(summary, output);
        AutoView.ShowTest(summary, output);
        ShowTimes(result, output);
        ShowViews(result, output);
        output.WriteLine($"Model: {result.Model}");
        if (result.Arguments.Report is { } report)
            output.WriteLine($"Report: {report.Path}");
        output.WriteLine();
        output.WriteLine("Next:");
        var pixels = PixelLimit.ToArguments(result.Arguments.MaximumPixels);
        output.WriteLine($"  {context.Command} predict --model {ShellWord.Quote(result.Model)}{pixels} IMAGE");
        output.WriteLine(
            $"  {context.Command} evaluate --model {ShellWord.Quote(result.Model)} --data {NotTrainedOn(result.Arguments)}{pixels}");
    }

    private static string Choice(TrainResult result) => result.ChosenBy is var (metric, value) && EpochChoice.IsExtra(metric)
        ? $"{EpochChoice.Names[(int)metric]} {Figures.Metric(metric, value)}, " : "";

    // Stochastic weight averaging begins with an epoch of the training, and one before it may be the best.
    private static string Averaged(TrainResult result) => (result.Summary.IsAverage, result.Arguments.Options.SwaFrom) switch
    {
        (true, _) => ", with the running average of the weights",
        (false, > 0) => ", before their average began",
        _ => "",
    };

    private static string Source(TrainingSummary summary) => summary.SoupEpochs switch
    {
        _ when AutoView.Kept(summary) is { } trial => $"in trial {trial.Number}: {trial}, after epoch {summary.BestEpoch}",
        { Count: > 1 } averaged => $"by the average of the epochs {string.Join(", ", averaged)} of {summary.Epochs.Count}, chosen by them",
        { Count: 1 } => $"after epoch {summary.BestEpoch} of {summary.Epochs.Count}; no average with another was as good",
        _ => $"after epoch {summary.BestEpoch} of {summary.Epochs.Count}",
    };

    private static void ShowCalibration(TrainingSummary summary, TextWriter output)
    {
        if (summary.Calibration is not { Before: var before, After: var after } calibration)
            return;
        output.WriteLine(
            $"Calibrated on them: temperature {Figures.Number(calibration.Temperature, "0.00")}, expected calibration error "
            + $"{Figures.Percent(before.CalibrationError)} → {Figures.Percent(after.CalibrationError)}, log-loss "
            + $"{Figures.Number(before.LogLoss)} → {Figures.Number(after.LogLoss)}.");
    }

    private static void ShowViews(TrainResult result, TextWriter output)
    {
        if (result.Arguments.Options.TestTimeAugmentation is not { Views: > 1 } several)
            return;
        var plain = result.Summary.Trials.Count > 0 ? "validation accuracies" : "accuracies";
        output.WriteLine($"The model scores {several.Views} views of each image ({several}); the {plain} here are of the plain view.");
    }

    private static void ShowRejection(TrainingSummary summary, TextWriter output)
    {
        if (summary.Rejection is { } rule)
        {
            output.WriteLine(double.IsFinite(rule.Coverage)
                ? $"Rejects {Figures.Percent(1 - rule.Coverage)} of the validation images ({rule.Asked}); {Figures.Percent(rule.Accuracy)} "
                    + "of the others are right."
                : $"Rejects nothing: no thresholds could be chosen ({rule.Asked}).");
        }
    }

    private static void ShowTimes(TrainResult result, TextWriter output)
    {
        var summary = result.Summary;
        if (summary.StoppedEarly && summary.Trials.Count == 0)
        {
            output.WriteLine(
                $"Stopped early, after epoch {summary.Epochs.Count} of {result.Arguments.Options.Epochs}: no gain in "
                + $"{Figures.Counted(result.Arguments.Options.Patience, "epoch", "epochs")}.");
        }
        var part = summary.Trials.Count > 0 ? "of which the model: " : "";
        output.WriteLine(
            $"Took {Figures.Seconds(result.Seconds)} ({part}" +
            $"features {Figures.Seconds(summary.FeatureSeconds)}, training {Figures.Seconds(summary.TrainingSeconds)}), " +
            $"{Figures.Speed(summary.ImagesPerSecond)} images through the network.");
        if (double.IsFinite(summary.LoaderWaitFraction))
            output.WriteLine($"The network waited for images {Figures.Percent(summary.LoaderWaitFraction)} of the time.");
        if (result.PeakMemory > 0)
            output.WriteLine($"Used up to {Figures.Bytes(result.PeakMemory)} of memory.");
    }

    // Images held back at random cannot be named: their data set was mostly trained on.
    private static string NotTrainedOn(TrainArguments arguments)
    {
        return arguments switch
        {
            { Test: { } test } => Of(test, arguments.Images.Test!.Splits is [SplitNames.Test] ? SplitNames.Test : null),
            { Images.Test: not null } => Of(arguments.Data, SplitNames.Test),
            { Options: AutoOptions } => "DATA",
            { Validation: { } other, Images.UnusedToValidate.Count: > 0 } => Of(other, SplitNames.Validation),
            { Validation: { } other } => Of(other, split: null),
            { Images.ValidationSplit: { } split } => Of(arguments.Data, split),
            _ => "DATA",
        };

        string Of(string data, string? split) =>
            $"{ShellWord.Quote(data)}{(split is null ? "" : $" --split {ShellWord.Quote(split)}")}{arguments.Reading}";
    }

    private static Table EpochTable(TrainResult result)
    {
        var summary = result.Summary;
        EpochMetric[] extra = result.ChosenBy is var (metric, _) && EpochChoice.IsExtra(metric) ? [metric] : [];
        var table = TextTable.Create(
            [
                "epoch", "loss", "training", "validation", "val loss", .. extra.Select(each => EpochChoice.Names[(int)each]),
                "learning rate", "seconds",
            ]);
        foreach (var epoch in Shown(summary))
        {
            table.Row(
                [
                    epoch.Epoch == summary.BestEpoch ? $"{epoch.Epoch} *" : $"{epoch.Epoch}",
                    Figures.Number(epoch.Loss), Figures.Percent(epoch.TrainingAccuracy), Figures.Percent(epoch.ValidationAccuracy),
                    Figures.Number(epoch.ValidationLoss), .. extra.Select(each => Figures.Metric(each, EpochChoice.Value(epoch, each))),
                    Figures.Rate(epoch.LearningRate), Figures.Number(epoch.Seconds, "0.00"),
                ]);
        }
        return table;
    }

    // Of a long training, the first, the best and the last epoch are shown, and evenly spaced ones between them.
    private static IEnumerable<EpochResult> Shown(TrainingSummary summary)
    {
        var every = (summary.Epochs.Count + MostRows - 1) / MostRows;
        int[] always = [1, summary.BestEpoch, summary.Epochs.Count];
        return summary.Epochs.Where(epoch => epoch.Epoch % every == 0 || always.Contains(epoch.Epoch));
    }
}

/// <summary>The notes about the images before a training starts, a line each.</summary>
internal static class TrainNotes
{
    internal static IEnumerable<string> Of(TrainArguments arguments)
    {
        var (training, validation) = (arguments.Images.Training, arguments.Images.Validation);
        IEnumerable<ImageRow> seen = [.. training.Rows, .. validation?.Rows ?? []];
        return
        [
            .. arguments.Images.Notes(), .. Uneven(training, arguments.Options),
            .. Copies(training, validation, Consequence(arguments)),
            .. arguments.Images.Test is { } test ? Leaks(Groups(seen, test.Rows), "test", "trained on or validated on") : [],
        ];
    }

    private static IEnumerable<string> Uneven(ImageDataset training, TrainingOptions options)
    {
        var counts = training.Rows.CountBy(row => row.Label).ToArray();
        var (most, least) = (counts.MaxBy(count => count.Value), counts.MinBy(count => count.Value));
        if (options.Balance == ClassBalance.None && options.ClassWeights == ClassWeights.Equal
            && most.Value > new InspectionOptions().LargestImbalance * least.Value)
        {
            yield return $"very uneven classes: '{most.Key}' has {Figures.Counted(most.Value, "image", "images")}, "
                + $"'{least.Key}' {Figures.Count(least.Value)}; "
                + "--balance weights or --balance sampling lets rare ones count more";
        }
    }

    // What duplicate images mean where validation images are chosen at random.
    private static string Consequence(TrainArguments arguments) => arguments switch
    {
        { Folds.Count: > 0 } => "; copies may be in different folds, and so both trained on and validated on",
        { Options: AutoOptions, Images.Test: null } => "; copies may be both trained on and tested on",
        { Images.Validation: null, Options.ValidationFraction: > 0 } => "; copies may be both trained on and validated on",
        _ => "",
    };

    /// <summary>Groups of equal images, each with those that are seen and those that are held out.</summary>
    private static (ImageRow[] Seen, ImageRow[] Held)[] Groups(IEnumerable<ImageRow> seen, IReadOnlyList<ImageRow> heldOut)
    {
        // By reference: one folder may be given both to train and to validate on.
        HashSet<ImageRow> held = new(heldOut, ReferenceEqualityComparer.Instance);
        return
        [
            .. SameImages.FindGroups([.. seen, .. held]).Select(group => group.ToLookup(held.Contains))
                .Select(group => (group[false].ToArray(), group[true].ToArray())),
        ];
    }

    private static IEnumerable<string> Leaks((ImageRow[] Seen, ImageRow[] Held)[] groups, string what, string how)
    {
        var leaks = groups.Where(group => group.Seen.Length > 0 && group.Held.Length > 0).ToArray();
        if (leaks.Length == 0)
            yield break;
        var count = Figures.Counted(leaks.Sum(group => group.Held.Length), $"{what} image is", $"{what} images are");
        yield return $"leakage: {count} {how}, too, as '{leaks[0].Held[0].ImagePath}' is as '{leaks[0].Seen[0].ImagePath}'; the {what} "
            + "accuracy is better than it should be";
    }

    private static IEnumerable<string> Copies(ImageDataset training, ImageDataset? validation, string consequence)
    {
        var groups = Groups(training.Rows, validation?.Rows ?? []);
        foreach (var leak in Leaks(groups, "validation", "trained on"))
            yield return leak;
        var copies = groups.Select(group => group.Seen).Where(same => same.Length > 1).ToArray();
        if (copies.Length == 0)
            yield break;
        var conflicts = copies.Where(same => same.DistinctBy(row => row.Label).Skip(1).Any()).ToArray();
        var example = conflicts.Length > 0 ? conflicts[0].DistinctBy(row => row.Label).ToArray() : copies[0];
        yield return $"duplicates: {Figures.Counted(copies.Length, "training image is", "training images are")} there more than once, "
            + $"in {Figures.Count(copies.Sum(same => same.Length))} files"
            + (conflicts.Length > 0 ? $", {Figures.Count(conflicts.Length)} of them in different classes" : "")
            + $", as '{example[0].ImagePath}' and '{example[1].ImagePath}'"
            + consequence;
    }
}

/// <summary>The document of 'mlt train --json'.</summary>
internal sealed record TrainJson(
    string Mode,
    string Backbone,
    IReadOnlyList<string> Classes,
    int TrainImages,
    int ValImages,
    int SkippedImages,
    int Epochs,
    int BestEpoch,
    double ValAccuracy,
    TrainSeconds Seconds,
    double ImagesPerSecond,
    double LoaderWaitShare,
    string Model,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Interrupted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Failure)
{
    /// <summary>The cross-validation before the training, where it was requested.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CrossValidation? CrossValidation { get; init; }

    /// <summary>Whether --patience ended the training before its last epoch; null where it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? StoppedEarly { get; init; }

    /// <summary>The batch size that --batch-size auto found; null without it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BatchSize { get; init; }

    /// <summary>The epochs whose weights are averaged in the model; null without --soup.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? SoupEpochs { get; init; }

    /// <summary>The test-time augmentation of the model; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tta { get; init; }

    /// <summary>Whether the weights of the best epoch are a running average; null where they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AveragedWeights { get; init; }

    /// <summary>What the epoch was chosen by; null without validation images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MetricJson? ChosenBy { get; init; }

    /// <summary>When the model rejects images; null where that was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoredRejection? Rejection { get; init; }

    /// <summary>The trials of --mode auto; null in other modes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoJson? Auto { get; init; }

    /// <summary>How the probabilities were calibrated; null where they were not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Calibration? Calibration { get; init; }
}

/// <summary>A metric of the model on the validation images.</summary>
internal sealed record MetricJson(string Metric, double Value);

/// <summary>The seconds of a training by phase.</summary>
internal sealed record TrainSeconds(double Total, double Features, double Training);
