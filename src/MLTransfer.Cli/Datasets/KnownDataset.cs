using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>A published data set that was asked for by name.</summary>
internal static class KnownDataset
{
    internal static Argument<string> Argument() => new("NAME") { Description = "A published data set; 'mlt datasets list' names them." };

    /// <exception cref="UsageException">There is none; the message names the nearest.</exception>
    internal static DatasetCard Of(string name)
    {
        try
        {
            return DatasetCards.Find(name);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException(UsageError.Sentence(unknown), unknown);
        }
    }
}
