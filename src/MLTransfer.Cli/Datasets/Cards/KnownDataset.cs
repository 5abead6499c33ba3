using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets.Cards;

/// <summary>A published data set that was asked for by name.</summary>
internal static class KnownDataset
{
    internal static Argument<string> Argument(Command command)
    {
        var argument = new Argument<string>("NAME") { Description = "A published data set; 'mlt datasets list' names them." };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] option }])
                result.AddError(Complaints.UnknownOption(option, command));
        });
        return argument;
    }

    /// <exception cref="UsageException">There is none; the message names the nearest.</exception>
    internal static DatasetCard Of(string name)
    {
        try
        {
            return DatasetCards.Find(name);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException(Asked.Sentence(unknown), unknown);
        }
    }
}
