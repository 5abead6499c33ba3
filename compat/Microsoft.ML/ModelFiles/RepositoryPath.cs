using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Names of entries in a model file, with the separator of the machine as ML.NET writes them.</summary>
internal static class RepositoryPath
{
    public static string Of(string folder, string name)
    {
        Contracts.CheckParam(folder is null || !folder.Contains("..", StringComparison.Ordinal), "dir");
        Contracts.CheckParam(!string.IsNullOrWhiteSpace(name) && !name.Contains("..", StringComparison.Ordinal) && !Path.IsPathRooted(name), nameof(name));
        return Path.Combine(folder ?? string.Empty, name);
    }

    /// <summary>A file without a name to outlive it, where an entry is written before or after it is packed.</summary>
    public static FileStream Scratch() => new(
        Path.Combine(Path.GetTempPath(), $"ml_dotnet_{Path.GetRandomFileName()}"),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        bufferSize: 0x10000,
        FileOptions.DeleteOnClose);
}
