using System.CommandLine;
using MLTransfer.Cli.Bench.Backbones;
using MLTransfer.Cli.Bench.Forward;
using MLTransfer.Cli.Bench.Images;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Bench;

/// <summary>'mlt bench': measurements, each a command of its own.</summary>
internal sealed class BenchCommand : Command
{
    internal BenchCommand(Surroundings surroundings)
        : base("bench", "Measures, on this machine and in one run.")
    {
        Add(new BenchPeerCommand(surroundings));
        Add(new BenchLoadCommand(surroundings));
        Add(new BenchForwardCommand(surroundings));
        Add(new BenchBackbonesCommand(surroundings));
        Add(new BenchImagesCommand(surroundings));
    }
}
