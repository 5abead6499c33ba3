using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights list' for people.</summary>
internal static class WeightsListView
{
    private const string Unknown = "–";
    private const string InTheLibrary = "part of MLTransfer";

    internal static void Show(IReadOnlyList<ListedWeights> listed, CommandContext context)
    {
        var output = context.Output;
        if (listed.Count == 0)
        {
            output.WriteLine("None are published that MLTransfer knows of. Give a FILE or a URL as --weights, or 'none' for random ones.");
            return;
        }
        var table = TextTable.Of("weights", "size", "image size", "classes", "top-1", "licence", "on this machine");
        foreach (var weights in listed)
        {
            table.Row(
                weights.Default ? $"{weights.Name} *" : weights.Name,
                weights.AboutBytes is { } bytes ? Figures.Bytes(bytes) : Unknown,
                $"{weights.Preprocessing.CropTo} px",
                weights.Classes == 0 ? Unknown : Figures.Count(weights.Classes),
                Figures.Percent(weights.Top1 ?? double.NaN),
                weights.Licence,
                weights.Url is null ? InTheLibrary : weights.Path ?? Unknown);
        }
        Screens.ForResults(context).Write(table);
        output.WriteLine("* what --weights is for this backbone unless said otherwise. top-1: of ImageNet's (CIFAR-10's) validation "
            + "images, as published.");
        output.WriteLine("The images that they were trained on have terms of their own. 'mlt weights get NAME' downloads; 'mlt train' "
            + "does so by itself.");
    }
}
