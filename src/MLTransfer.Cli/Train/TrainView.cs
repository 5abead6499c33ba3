using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Imaging;
using Spectre.Console;

namespace MLTransfer.Cli.Train;

/// <summary>A training in words: its epochs, the best of them, the model, and what to do next.</summary>
internal static class TrainView
{
    private const int MostRows = 20;

    internal static string WithoutCache(string reason) => $"features are not kept for the next training (--cache DIR|none): {reason}";

    internal static void ShowSkipped(TrainResult result, TextWriter words)
    {
        foreach (var note in result.Notes)
            words.WriteLine(note);
        foreach (var image in result.Summary.Skipped)
            words.WriteLine($"skipped '{image.Name}': {image.Reason}");
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

    internal static void Show(TrainResult result, CommandContext context)
    {
        var (summary, screen, output) = (result.Summary, Screens.ForResults(context), context.Output);
        screen.Write(EpochTable(summary));
        var skipped = summary.Skipped.Count == 0 ? "" : $", {Figures.Count(summary.Skipped.Count)} skipped";
        output.WriteLine(
            $"{Figures.Count(summary.TrainingImages)} training images of {result.Labels.Count} classes, " +
            $"{Figures.Count(summary.ValidationImages)} for validation{skipped}.");
        output.WriteLine(summary.ValidationImages == 0
            ? $"Nothing was held back for validation: the model is that of the last epoch, {summary.BestEpoch}."
            : $"Best: {Figures.Percent(summary.ValidationAccuracy)} of the validation images right, " +
              $"after epoch {summary.BestEpoch} of {summary.Epochs.Count}.");
        output.WriteLine(
            $"Took {Figures.Seconds(result.Seconds)} " +
            $"(features {Figures.Seconds(summary.FeatureSeconds)}, training {Figures.Seconds(summary.TrainingSeconds)}), " +
            $"{Figures.Speed(summary.ImagesPerSecond)} images through the network.");
        if (double.IsFinite(summary.LoaderWaitShare))
            output.WriteLine($"The network waited for images {Figures.Percent(summary.LoaderWaitShare)} of the time.");
        output.WriteLine($"Model: {result.Model}");
        if (result.Arguments.Report is { } report)
            output.WriteLine($"Report: {report.Path}");
        output.WriteLine();
        output.WriteLine("Next:");
        var pixels = PixelLimit.Typed(result.Arguments.MaximumPixels);
        output.WriteLine($"  {context.Command} predict --model {ShellWord.Of(result.Model)}{pixels} IMAGE");
        var other = summary.ValidationImages == 0 ? "DATA" : Held(result.Arguments);
        output.WriteLine($"  {context.Command} evaluate --model {ShellWord.Of(result.Model)} --data {other}{pixels}");
    }

    private static string Held(TrainArguments arguments)
    {
        var data = ShellWord.Of(arguments.Validation ?? arguments.Data);
        var split = arguments.Validation is null && arguments.Images.ValidationSplit is { } name ? $" --split {ShellWord.Of(name)}" : "";
        return $"{data}{split}{arguments.Reading}";
    }

    private static Table EpochTable(TrainingSummary summary)
    {
        var table = TextTable.Of("epoch", "loss", "training", "validation", "learning rate", "seconds");
        foreach (var epoch in Shown(summary))
        {
            table.Row(
                epoch.Epoch == summary.BestEpoch ? $"{epoch.Epoch} *" : $"{epoch.Epoch}",
                Figures.Number(epoch.Loss), Figures.Percent(epoch.TrainingAccuracy), Figures.Percent(epoch.ValidationAccuracy),
                Figures.Number(epoch.LearningRate, "0.######"), Figures.Number(epoch.Seconds, "0.00"));
        }
        return table;
    }

    // Hundreds of epochs of a head are read as well from every tenth or so.
    private static IEnumerable<EpochResult> Shown(TrainingSummary summary)
    {
        var every = (summary.Epochs.Count + MostRows - 1) / MostRows;
        int[] always = [1, summary.BestEpoch, summary.Epochs.Count];
        return summary.Epochs.Where(epoch => epoch.Epoch % every == 0 || always.Contains(epoch.Epoch));
    }
}
