using System.Globalization;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Bench;

/// <summary>Comparisons as a table.</summary>
internal static class PeerView
{
    internal static Table Table(IEnumerable<PeerComparison> comparisons)
    {
        var table = TextTable.Of("run", "seconds", "times as fast", "accuracy", "training images", "times as many");
        foreach (var comparison in comparisons)
        {
            table.Row(Cells($"{comparison.Mode}: peer", comparison.Peer, comparison.Peer));
            table.Row(Cells($"{comparison.Mode}: mlt", comparison.Ours, comparison.Peer));
            if (comparison.Warm is { } warm)
                table.Row(Cells($"{comparison.Mode}: mlt, cache warm", warm, comparison.Peer));
        }
        return table;
    }

    private static string[] Cells(string run, PeerTiming timing, PeerTiming peer) =>
    [
        run, timing.Seconds.ToString("0.0", CultureInfo.InvariantCulture), Ratio(peer.Seconds / timing.Seconds),
        Figures.Percent(timing.Accuracy),
        Figures.Speed(timing.TrainImagesPerSecond), Ratio(timing.TrainImagesPerSecond / peer.TrainImagesPerSecond),
    ];

    private static string Ratio(double ratio) => Figures.Number(ratio, "0.00") + " ×";
}
