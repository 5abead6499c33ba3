using System.CommandLine;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets': what is done with sets of labelled images, each a command of its own.</summary>
internal sealed class DatasetsCommand : Command
{
    internal DatasetsCommand(CommandContext context)
        : base("datasets", "Gets published data sets, and looks over your own.")
    {
        Add(new DatasetsListCommand(context));
        Add(new DatasetsInfoCommand(context));
        Add(new DatasetsGetCommand(context));
        Add(new DatasetsCheckCommand(context));
        Add(new DatasetsSplitCommand(context));
    }
}
