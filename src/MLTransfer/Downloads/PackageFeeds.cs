using MLTransfer.Errors;
using NuGet.Common;
using NuGet.Configuration;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using NuGet.Versioning;

namespace MLTransfer.Downloads;

/// <summary>
/// NuGet packages as <c>dotnet restore</c> finds them: in the folders of this machine, else in the sources of the user's own NuGet
/// configuration, with its credentials and proxies. Nothing of a package is unpacked or executed here.
/// </summary>
internal sealed class PackageFeeds
{
    private readonly ISettings _settings;
    private readonly DownloadOptions _options;

    /// <summary>Reads the configuration.</summary>
    /// <param name="folder">The folder where the search for NuGet.Config begins.</param>
    /// <param name="options">How to download.</param>
    /// <exception cref="DownloadException">A NuGet.Config cannot be read.</exception>
    public PackageFeeds(string folder, DownloadOptions options)
    {
        _options = options;
        try
        {
            _settings = Settings.LoadDefaultSettings(Path.GetFullPath(folder));
        }
        catch (Exception exception) when (exception is NuGetConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new DownloadException("NuGet.Config", $"cannot be read: {exception.Message.TrimEnd('.')}",
                "Correct it; 'dotnet nuget config paths' names all that are read.", exception);
        }
    }

    /// <summary>The .nupkg file of a package that was restored on this machine; null where it was not.</summary>
    public string? FindInstalled(PackageIdentity package) =>
        new[] { SettingsUtility.GetGlobalPackagesFolder(_settings) }.Concat(SettingsUtility.GetFallbackPackageFolders(_settings))
            .Where(folder => !string.IsNullOrEmpty(folder))
            .Select(folder => new VersionFolderPathResolver(folder).GetPackageFilePath(package.Id, package.Version))
            .FirstOrDefault(File.Exists);

    /// <summary>Downloads the .nupkg file of a package from the first source that has it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="target">Where to; a partial file beside it is resumed.</param>
    /// <param name="mayUseHttp">Whether it may come without https: what comes is checked afterwards by its whole hash.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancel">Stops the download.</param>
    /// <exception cref="DownloadException">No source gives it; the message names those that were asked, without credentials.</exception>
    public async Task DownloadAsync(
        PackageIdentity package, string target, bool mayUseHttp, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        var answers = new List<string>();
        using var cache = new SourceCacheContext { NoCache = true, DirectDownload = true };
        foreach (PackageSource source in Sources(package.Id))
        {
            var feed = new PackageFeed(Repository.Factory.GetCoreV3(source), package, cache, _options);
            string? refusal = await feed.TryDownloadAsync(target, mayUseHttp, progress, cancel).ConfigureAwait(false);
            if (refusal is null)
                return;
            answers.Add($"{feed.Name} {refusal}");
        }
        throw new DownloadException(
            $"nuget:{package.Id}/{package.Version.ToNormalizedString()}",
            answers.Count == 0 ? "cannot be downloaded: NuGet.Config names no package source for it"
                : $"cannot be downloaded: {string.Join("; ", answers)}",
            "Check the name and the version, or add the source that has it ('dotnet nuget add source URL --name NAME', with --username and "
            + "--password where it wants them; 'dotnet nuget list source' shows all), or put the .nupkg into a folder and add that.");
    }

    private IEnumerable<PackageSource> Sources(string id)
    {
        IEnumerable<PackageSource> enabled = new PackageSourceProvider(_settings).LoadPackageSources().Where(source => source.IsEnabled);
        PackageSourceMapping mapping = PackageSourceMapping.GetPackageSourceMapping(_settings);
        if (!mapping.IsEnabled)
            return enabled;
        IReadOnlyList<string> allowed = mapping.GetConfiguredPackageSources(id);
        return enabled.Where(source => allowed.Contains(source.Name, StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>One package in one source.</summary>
internal sealed class PackageFeed(SourceRepository repository, PackageIdentity package, SourceCacheContext cache, DownloadOptions options)
{
    private const int VersionsShown = 2, LongestReason = 500;
    private const string WholeHash = "all 64 digits of &sha256=HASH are required";
    private readonly PackageSource _source = repository.PackageSource;

    /// <summary>The name and the address of the source, without credentials.</summary>
    public string Name => $"{_source.Name} ({Address})";

    private string Address => _source.IsLocal ? _source.Source : WithoutSecrets(_source.SourceUri);

    /// <summary>Downloads the package.</summary>
    /// <returns>Why it cannot be, continuing the name of the source; null where it is there.</returns>
    public async Task<string?> TryDownloadAsync(
        string target, bool mayUseHttp, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        if (_source.IsLocal && !Directory.Exists(_source.Source))
            return "is a folder that does not exist";
        if (_source.IsHttp && !_source.IsHttps && !mayUseHttp)
            return $"was not asked: over plain http, {WholeHash}";
        try
        {
            (FindPackageByIdResource? finder, Uri? files, string? refusal) = await AskAsync(cancel).ConfigureAwait(false);
            if (finder is null || refusal is not null)
                return refusal ?? "is no source of packages";
            if (!mayUseHttp && !_source.IsLocal && files?.Scheme != Uri.UriSchemeHttps)
                return files is null ? $"speaks only an older protocol, which may lead to plain http: {WholeHash}"
                    : $"keeps its packages at {WithoutSecrets(files)}: over plain http, {WholeHash}";
            if (files is null)
                await CopyAsync(finder, target, progress, cancel).ConfigureAwait(false);
            else
                await DownloadAsync(files, target, progress, cancel).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"did not answer within {options.StallTimeout.TotalSeconds:0.#} seconds";
        }
        catch (DownloadException failure)
        {
            return $"has it, but it {failure.Reason}";
        }
        // NuGet does not wrap all that its readers of JSON, XML, addresses and versions throw.
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return Refusal(failure);
        }
    }

    /// <summary>
    /// Whether the source has the package, and the address of its flat container, if it has one. The download itself may take long, and
    /// measures stalls of its own.
    /// </summary>
    private async Task<(FindPackageByIdResource? Finder, Uri? Files, string? Refusal)> AskAsync(CancellationToken cancel)
    {
        using var stalled = new CancellationTokenSource(options.StallTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancel);
        FindPackageByIdResource? finder = await repository.GetResourceAsync<FindPackageByIdResource>(either.Token).ConfigureAwait(false);
        if (finder is null)
            return default;
        NuGetVersion[] versions =
            [.. await finder.GetAllVersionsAsync(package.Id, cache, NullLogger.Instance, either.Token).ConfigureAwait(false)];
        if (!versions.Contains(package.Version))
            return (finder, null, versions.Length == 0 ? "does not have it" : $"has other versions of it: {Nearest(versions)}");
        ServiceIndexResourceV3? index = _source.IsLocal ? null
            : await repository.GetResourceAsync<ServiceIndexResourceV3>(either.Token).ConfigureAwait(false);
        return (finder, index?.GetServiceEntryUri(ServiceTypes.PackageBaseAddress), null);
    }

    private string Refusal(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException { StatusCode: System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden })
                return "asks for a user name and a password that it accepts, which NuGet.Config does not have";
            failure = cause;
        }
        return $"gave no usable answer: {Printable.Sanitize(WithoutSecrets(failure.Message), LongestReason).TrimEnd('.')}";
    }

    // NuGet's messages name the source as it is configured, perhaps with a password or a token in its address.
    private string WithoutSecrets(string message) => _source.IsLocal ? message
        : new[] { _source.SourceUri.UserInfo, _source.SourceUri.Query }.Where(secret => secret.Length > 1)
            .Aggregate(message.Replace(_source.Source, Address, StringComparison.Ordinal),
                (text, secret) => text.Replace(secret, "…", StringComparison.Ordinal));

    private static string WithoutSecrets(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    // From the flat container (https://learn.microsoft.com/nuget/api/package-base-address-resource), which allows to resume.
    private async Task DownloadAsync(Uri files, string target, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        HttpMessageHandler handler =
            (await repository.GetResourceAsync<HttpHandlerResource>(cancel).ConfigureAwait(false))!.MessageHandler;
        string id = package.Id.ToLowerInvariant(), version = package.Version.ToNormalizedString().ToLowerInvariant();
        var address = new Uri(new Uri(files.AbsoluteUri.TrimEnd('/') + "/"), $"{id}/{version}/{id}.{version}.nupkg");
        var wanted = new Download(address, target, Checksum: null, AboutBytes: null, "ask another source");
        await new Downloader(wanted, options with { HttpHandler = () => new BorrowedHandler(handler) }, progress)
            .RunAsync(path => Task.FromResult(File.Exists(path)), cancel).ConfigureAwait(false);
    }

    // Folders, and servers that speak only the older protocol.
    private async Task CopyAsync(
        FindPackageByIdResource finder, string target, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        string part = target + ".part";
        progress?.Report(new(Path.GetFileName(target), DownloadPhase.Receiving, 0, null));
        var stream = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await using (stream.ConfigureAwait(false))
        {
            if (!await finder.CopyNupkgToStreamAsync(package.Id, package.Version, stream, cache, NullLogger.Instance, cancel)
                .ConfigureAwait(false))
                throw new IOException("it lists the package, but does not have it");
        }
        File.Move(part, target, overwrite: true);
    }

    private string Nearest(NuGetVersion[] versions)
    {
        NuGetVersion[] sorted = [.. versions.Order()];
        int below = sorted.Count(version => version < package.Version);
        return string.Join(", ", sorted.Skip(below - VersionsShown).Take(VersionsShown + Math.Min(below, VersionsShown))
            .Select(version => version.ToNormalizedString()));
    }

    /// <summary>NuGet keeps its handlers for all requests to a source.</summary>
    private sealed class BorrowedHandler(HttpMessageHandler handler) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _owner = new(handler, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _owner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _owner.Dispose();
            base.Dispose(disposing);
        }
    }
}
