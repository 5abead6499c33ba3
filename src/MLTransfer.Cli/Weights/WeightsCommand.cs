using System.CommandLine;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights': what is done with weights files, each a command of its own.</summary>
internal sealed class WeightsCommand : Command
{
    internal WeightsCommand(CommandContext context)
        : base("weights", "Gets published weights, looks into weights files and turns them into other formats.")
    {
        Add(new WeightsListCommand(context));
        Add(new WeightsGetCommand(context));
        Add(new WeightsVerifyCommand(context));
        Add(new WeightsInspectCommand(context));
        Add(new WeightsConvertCommand(context));
    }
}
