using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>Where weights are searched, and how they are downloaded.</summary>
public sealed record WeightStoreOptions
{
    /// <summary>The environment variable with folders to look in, separated as in PATH.</summary>
    public const string FoldersVariable = "MLTRANSFER_WEIGHTS";

    /// <summary>The environment variable with the <see cref="Mirror"/>.</summary>
    public const string MirrorVariable = "MLTRANSFER_MIRROR";

    /// <summary>Folders that are searched first and never written to. Default: none.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>
    /// The folder that is searched next and that downloads go to; created by the first download. Null: nothing can be downloaded.
    /// </summary>
    public required string? CacheFolder { get; init; }

    /// <summary>Folders that are searched last and never written to: the caches of PyTorch. Default: none.</summary>
    public IReadOnlyList<string> TorchFolders { get; init; } = [];

    /// <summary>
    /// Replaces the scheme and the host of published addresses, not of those named by the user: <c>https://mirror.example/torch/</c>.
    /// An http or https address, with or without a final slash. Default: null, no mirror.
    /// </summary>
    public Uri? Mirror { get; init; }

    /// <summary>Whether downloads are forbidden. Default: false.</summary>
    public bool Offline { get; init; }

    /// <summary>
    /// How often in a row a broken transfer is resumed before it fails; a mebibyte gained starts the count again. 0: never. Default: 4,
    /// with pauses of 1, 2, 4 and 8 seconds.
    /// </summary>
    public int Retries { get; init; } = DownloadOptions.Default.Retries;

    /// <summary>How long a transfer may stall before it counts as broken. Default: 30 seconds.</summary>
    public TimeSpan StallTimeout { get; init; } = DownloadOptions.Default.StallTimeout;

    /// <summary>Measures pauses and stalls. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Creates the HTTP handler. Default: one that follows redirections, though not from https to http, and uses the system's proxies.
    /// </summary>
    public Func<HttpMessageHandler> HttpHandler { get; init; } = DownloadOptions.Default.HttpHandler;

    /// <summary>
    /// The folder where the search for NuGet.Config begins, for weights in packages: as in <c>dotnet restore</c>, its file comes first,
    /// then those of the folders above it, then the user's. Default: the current folder.
    /// </summary>
    public string NuGetFolder { get; init; } = ".";

    /// <summary>The folders in the order in which they are searched.</summary>
    public IReadOnlyList<string> Places => [.. Folders, .. CacheFolder is null ? [] : new[] { CacheFolder }, .. TorchFolders];

    /// <summary>
    /// The default places of a user: the variables above, the cache folder of the XDG specification, and PyTorch's cache.
    /// </summary>
    /// <param name="environment">Reads an environment variable: <c>Environment.GetEnvironmentVariable</c>.</param>
    /// <param name="home">The user's home folder; empty where there is none.</param>
    /// <exception cref="ArgumentException">The mirror is not a URL.</exception>
    public static WeightStoreOptions FromEnvironment(Func<string, string?> environment, string home)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? cache = UserCache.Root(environment, home), usual = UserCache.Root(_ => null, home);
        string?[] torch = [environment("TORCH_HOME"), cache is null ? null : Path.Combine(cache, "torch"),
            usual is null ? null : Path.Combine(usual, "torch")];
        return new()
        {
            Folders = environment(FoldersVariable)?
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            CacheFolder = UserCache.Folder(environment, home) is { } own ? Path.Combine(own, "weights") : null,
            TorchFolders = [.. torch.Where(folder => !string.IsNullOrEmpty(folder))
                .Select(folder => Path.Combine(folder!, "hub", "checkpoints")).Distinct()],
            Mirror = environment(MirrorVariable) is { Length: > 0 } mirror ? ParseMirror(mirror) : null,
        };
    }

    /// <summary>Parses the address of a mirror.</summary>
    /// <exception cref="ArgumentException">It is not an http or https URL.</exception>
    public static Uri ParseMirror(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out Uri? mirror) && IsHttp(mirror)
            ? mirror
            : throw new ArgumentException($"The mirror '{address}' is not an address; expected: one that begins with https:// or http://.",
                nameof(address));
    }

    /// <summary>The options themselves, if they are valid.</summary>
    /// <exception cref="ArgumentException">They are not; the message lists everything that is wrong.</exception>
    internal WeightStoreOptions Checked() => Check.All(
        this,
        CacheFolder is not null && string.IsNullOrWhiteSpace(CacheFolder) ? $"{nameof(CacheFolder)} is empty; it must be a folder." : null,
        Mirror is null || IsHttp(Mirror) ? null
            : $"{nameof(Mirror)} is '{Mirror.OriginalString}'; it must be an address that begins with https:// or http://.",
        string.IsNullOrWhiteSpace(NuGetFolder) ? $"{nameof(NuGetFolder)} is empty; it must be a folder." : null,
        Check.NotNegative(Retries),
        Check.Positive(StallTimeout.TotalSeconds, nameof(StallTimeout)));

    internal DownloadOptions Download => new(Retries, StallTimeout, Clock, HttpHandler);

    /// <summary>The address to download a file from: its own, or the same path at the mirror if it is a published one.</summary>
    internal Uri AddressOf(WebWeights remote) => Mirror is not null && WeightsCatalog.All.Any(weights => weights.Url == remote.Url)
        ? DownloadOptions.AtMirror(Mirror, remote.Url)
        : remote.Url;

    private static bool IsHttp(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
