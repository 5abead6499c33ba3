using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Train;

/// <summary>Shows what 'mlt train --mode auto' tried, and how good the result is.</summary>
internal static class AutoView
{
    /// <summary>The trial whose model was kept; null where there was no search.</summary>
    internal static AutoTrial? Kept(TrainingSummary summary) => summary.Trials.FirstOrDefault(trial => trial.IsKept);

    internal static Table Table(TrainingSummary summary)
    {
        var table = TextTable.Create("trial", "validation", "seconds", "expected", "why");
        table.Columns[^1].Alignment = Justify.Left;
        foreach (var trial in summary.Trials)
        {
            table.Row(
                $"{(trial.Number == 0 ? "–" : trial.Number)}{(trial.IsKept ? " * " : "   ")}{trial}",
                Figures.Percent(trial.ValidationAccuracy), Figures.Number(trial.Seconds, "0.0"),
                Figures.Number(trial.ExpectedSeconds, "0.0"), trial.Why);
        }
        return table;
    }

    internal static void ShowTest(TrainingSummary summary, TextWriter output)
    {
        if (summary.Trials.Count > 0 && summary is { TestImages: 0, Cancelled: false })
            output.WriteLine("None of the test images can be read: nothing measures the model.");
        if (summary.TestImages == 0)
            return;
        var (low, high) = Interval(summary.TestAccuracy, summary.TestImages);
        output.WriteLine(
            $"On {Figures.Counted(summary.TestImages, "image", "images")} that nothing was chosen by: "
            + $"{Figures.Percent(summary.TestAccuracy)} right (95 % interval {Figures.Percent(low)} to {Figures.Percent(high)}).");
    }

    /// <summary>The score interval of a fraction, with 95 % confidence: Wilson 1927.</summary>
    internal static (double Low, double High) Interval(double fraction, int count)
    {
        const double Deviations = 1.959964;
        var square = Deviations * Deviations / count;
        var middle = (fraction + square / 2) / (1 + square);
        var half = Deviations / (1 + square) * Math.Sqrt(fraction * (1 - fraction) / count + square / (4 * count));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
