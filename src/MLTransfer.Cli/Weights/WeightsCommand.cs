using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Weights.Download;
using MLTransfer.Cli.Weights.Store;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights': what is done with weights files, each a command of its own.</summary>
internal sealed class WeightsCommand : Command
{
    internal WeightsCommand(Surroundings surroundings)
        : base("weights", "Gets published weights, looks into weights files and turns them into other formats.")
    {
        Add(new WeightsListCommand(surroundings));
        Add(new WeightsGetCommand(surroundings));
        Add(new WeightsVerifyCommand(surroundings));
        Add(new WeightsInspectCommand(surroundings));
        Add(new WeightsConvertCommand(surroundings));
    }
}
