using System.CommandLine;
using MLTransfer.Cli.Bench.Backbones;
using MLTransfer.Cli.Bench.Forward;
using MLTransfer.Cli.Bench.Images;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Bench;

/// <summary>'mlt bench': measurements, each a command of its own.</summary>
internal sealed class BenchCommand : Command
{
    internal BenchCommand(CommandContext context)
        : base("bench", "Measures, on this machine and in one run.")
    {
        Add(new BenchPeerCommand(context));
        Add(new BenchLoadCommand(context));
        Add(new BenchForwardCommand(context));
        Add(new BenchBackbonesCommand(context));
        Add(new BenchImagesCommand(context));
    }
}
