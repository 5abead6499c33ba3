using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>A file to verify and what its SHA-256 should begin with, where that is known.</summary>
internal sealed record Suspect(string File, string? Weights, string? Expected)
{
    private static readonly string[] Extensions = [".pth", ".pt", ".th", ".safetensors"];

    internal static IEnumerable<Suspect> AllIn(WeightStore store) => store.Options.Places.Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file)))
        .Order(StringComparer.Ordinal)).Distinct().Select(Of);

    /// <exception cref="UsageException">It is neither a file nor published weights.</exception>
    internal static IEnumerable<Suspect> Named(string name, WeightStore store)
    {
        if (System.IO.File.Exists(name))
            return [Of(name)];
        var published = Published(name);
        if (published.Remote is not { } remote)
            return [];
        Suspect[] there = [.. store.Candidates(remote).Select(Of)];
        return there.Length > 0 ? there : [new(remote.FileName, published.Name, remote.Sha256)];
    }

    private static Suspect Of(string file)
    {
        var name = Path.GetFileName(file);
        var published = WeightsCatalog.All.FirstOrDefault(weights => weights.Remote?.FileName == name);
        return new(file, published?.Name, published?.Sha256 ?? RemoteWeights.HashInName(name));
    }

    private static PublishedWeights Published(string name)
    {
        try
        {
            return WeightsCatalog.Find(name);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException($"'{name}' is no file, and {UsageError.Sentence(unknown)}", unknown);
        }
    }
}
