using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Demo;

/// <summary>What the demo showed, in words: three ways side by side, some answers, and what to try next.</summary>
internal static class DemoView
{
    private const int BarWidth = 30;

    internal static void Show(DemoResult result, CommandContext context)
    {
        var (screen, output) = (Screens.ForResults(context), context.Output);
        var target = result.Ways[0];
        output.WriteLine($"{target.Classes} classes from {target.TrainImages} images, judged by {target.ValImages} more:");
        screen.Write(Ways(result.Ways));
        output.WriteLine("The model loaded again from its file says:");
        screen.Write(Predictions(result.Predictions));
        output.WriteLine($"Took {Figures.Seconds(result.Seconds)}. Everything is in {result.Folder}:");
        output.WriteLine("images in train/ and val/, features.zip, finetune.zip.");
        output.WriteLine();
        output.WriteLine("Next:");
        foreach (var line in Next(new DemoFolder(result.Folder), context.Command))
            output.WriteLine($"  {line}");
    }

    private static Table Ways(IEnumerable<DemoTraining> ways)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("way", "", "right", "seconds");
        foreach (var way in ways)
            table.Row(Name(way.Way), Bar(way.ValAccuracy), Figures.Percent(way.ValAccuracy), Figures.Number(way.Seconds, "0.0"));
        return table;
    }

    private static Table Predictions(IEnumerable<DemoPrediction> predictions)
    {
        var table = TextTable.Of("image of", "is called", "probability");
        foreach (var prediction in predictions)
            table.Row(prediction.Truth, prediction.Label, Figures.Percent(prediction.Probability));
        return table;
    }

    private static string[] Next(DemoFolder folder, string mlt) =>
    [
        $"{mlt} evaluate --model {ShellWord.Of(folder.Model(DemoRun.FineTuning))} --data {ShellWord.Of(folder.Validation)}",
        $"{mlt} predict --model {ShellWord.Of(folder.Model(DemoRun.Features))} --top 3 {ShellWord.Of(folder.Validation)}",
        $"{mlt} train --data YOUR_IMAGES --mode features --backbone resnet18 --out yours.zip",
        $"{mlt} models",
    ];

    private static string Name(string way) => way switch
    {
        DemoRun.Scratch => "from scratch",
        DemoRun.Features => "feature extraction",
        _ => "fine-tuning",
    };

    private static string Bar(double share)
    {
        var filled = double.IsFinite(share) ? (int)Math.Round(share * BarWidth) : 0;
        return new string('█', filled) + new string('░', BarWidth - filled);
    }
}
