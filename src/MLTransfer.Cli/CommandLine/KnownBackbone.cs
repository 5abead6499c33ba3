using MLTransfer.Models;

namespace MLTransfer.Cli.CommandLine;

/// <summary>A backbone that was asked for by name.</summary>
internal static class KnownBackbone
{
    /// <exception cref="UsageException">There is none; the message names the nearest.</exception>
    internal static Backbone Of(string name)
    {
        try
        {
            return ModelZoo.Find(name);
        }
        catch (ArgumentException unknown)
        {
            throw UsageError.For("--backbone", unknown);
        }
    }
}
