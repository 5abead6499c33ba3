using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Demo;

/// <summary>Shows the demo on a terminal: three ways of training side by side, some predictions, and what to try next.</summary>
internal static class DemoView
{
    private const int BarWidth = 30;

    internal static void Show(DemoResult result, CommandContext context)
    {
        var (screen, output) = (Screens.ForResults(context), context.Output);
        var target = result.Ways[0];
        output.WriteLine($"{target.Classes} classes, {target.TrainImages} training images, {target.ValImages} validation images:");
        screen.Write(Ways(result.Ways));
        output.WriteLine("Predictions of the model loaded from its file:");
        screen.Write(Predictions(result.Predictions));
        output.WriteLine($"Took {Figures.Seconds(result.Seconds)}. The files are in {result.Folder}:");
        output.WriteLine("images in train/ and val/, features.zip, finetune.zip.");
        output.WriteLine();
        output.WriteLine("Next:");
        foreach (var line in Next(new DemoFolder(result.Folder), context.Command))
            output.WriteLine($"  {line}");
    }

    private static Table Ways(IEnumerable<DemoTraining> ways)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("training", "", "accuracy", "seconds");
        foreach (var way in ways)
            table.Row(Name(way.Way), Bar(way.ValAccuracy), Figures.Percent(way.ValAccuracy), Figures.Number(way.Seconds, "0.0"));
        return table;
    }

    private static Table Predictions(IEnumerable<DemoPrediction> predictions)
    {
        var table = TextTable.Create("actual", "predicted", "probability");
        foreach (var prediction in predictions)
            table.Row(prediction.Truth, prediction.Label, Figures.Percent(prediction.Probability));
        return table;
    }

    private static string[] Next(DemoFolder folder, string mlt) =>
    [
        $"{mlt} evaluate --model {ShellWord.Quote(folder.Model(DemoRun.FineTuning))} --data {ShellWord.Quote(folder.Validation)}",
        $"{mlt} predict --model {ShellWord.Quote(folder.Model(DemoRun.Features))} --top 3 {ShellWord.Quote(folder.Validation)}",
        $"{mlt} train --data YOUR_IMAGES --mode features --backbone resnet18 --out yours.zip",
        $"{mlt} models",
    ];

    private static string Name(string way) => way switch
    {
        DemoRun.Scratch => "from scratch",
        DemoRun.Features => "feature extraction",
        _ => "fine-tuning",
    };

    private static string Bar(double accuracy)
    {
        var filled = double.IsFinite(accuracy) ? (int)Math.Round(accuracy * BarWidth) : 0;
        return new string('█', filled) + new string('░', BarWidth - filled);
    }
}

/// <summary>The result of the demo, which is the JSON of 'mlt demo'.</summary>
internal sealed record DemoResult(
    string Folder,
    IReadOnlyList<DemoTraining> Ways,
    IReadOnlyList<DemoPrediction> Predictions,
    double Seconds);

/// <summary>One training of the demo.</summary>
internal sealed record DemoTraining(
    string Way, int Classes, int TrainImages, int ValImages, double ValAccuracy, double Seconds, string? Model);

/// <summary>A prediction of the loaded model.</summary>
internal sealed record DemoPrediction(string File, string Truth, string Label, double Probability);
