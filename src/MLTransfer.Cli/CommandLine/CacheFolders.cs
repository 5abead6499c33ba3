namespace MLTransfer.Cli.CommandLine;

/// <summary>What lies in the user's cache folder.</summary>
internal static class CacheFolders
{
    /// <summary>Features of images, by weights and preprocessing.</summary>
    internal const string Features = "features";

    /// <summary>Published weights that were downloaded.</summary>
    internal const string Weights = "weights";

    /// <summary>Published data sets: each in a folder of its own.</summary>
    internal const string Datasets = "datasets";

    /// <summary>Files of data sets that are not unpacked yet.</summary>
    internal const string Downloads = "downloads";

    /// <summary>Images, weights and models of 'mlt demo'.</summary>
    internal const string Demo = "demo";
}
