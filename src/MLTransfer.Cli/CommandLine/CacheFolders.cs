namespace MLTransfer.Cli.CommandLine;

/// <summary>What lies in the user's cache folder.</summary>
internal static class CacheFolders
{
    /// <summary>Features of pictures, by weights and preprocessing.</summary>
    internal const string Features = "features";

    /// <summary>Published weights that were downloaded.</summary>
    internal const string Weights = "weights";

    /// <summary>Pictures, weights and models of 'mlt demo'.</summary>
    internal const string Demo = "demo";
}
