using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets;

/// <summary>A data set of the user's own: a folder or a file.</summary>
internal static class DataArgument
{
    internal static Argument<string> New() => new("DATA") { Description = $"Images: {DatasetOptions.Forms}." };

    /// <exception cref="UsageException">There is nothing of that name.</exception>
    internal static ImageDataset Open(string path, ImageDatasetOptions options) => Path.Exists(path)
        ? ImageDataset.Open(path, options)
        : throw new UsageException($"DATA is '{path}', but there is no such folder or "
        + $"file{(Path.IsPathRooted(path) ? "" : $" below '{Directory.GetCurrentDirectory()}'")}.");
}
