using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench;

/// <summary>The medians of loading one file in turns.</summary>
internal sealed record LoadComparison(string Backbone, long Bytes, int Rounds, double PeerSeconds, double OursSeconds)
{
    /// <summary>The peer's seconds over ours.</summary>
    public double Ratio => PeerSeconds / OursSeconds;

    internal static void Show(LoadComparison comparison, CommandContext context)
    {
        var output = context.Output;
        output.WriteLine($"{comparison.Backbone}: a file of {Figures.Bytes(comparison.Bytes)} into a network, median of "
            + $"{Figures.Counted(comparison.Rounds, "round", "rounds")}");
        output.WriteLine($"torch.load and load_state_dict: {Milliseconds(comparison.PeerSeconds)}");
        output.WriteLine($"mlt: {Milliseconds(comparison.OursSeconds)}, {Figures.Number(comparison.Ratio, "0.00")} times as fast");
    }

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " ms";
}
