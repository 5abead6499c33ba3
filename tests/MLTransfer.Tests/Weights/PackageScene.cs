using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using MLTransfer.Tests.Downloads;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>A folder with a NuGet.Config, a cache of weights, and folders of packages that belong to one test.</summary>
internal sealed class PackageScene : IDisposable
{
    public const string Id = "Test.Weights", Path = "weights/model.pth", Password = "hunter2-secret";

    private const string PackagesVariable = "NUGET_PACKAGES";

    private readonly TemporaryFolder _folder = new();

    private readonly string? _packagesOfThisProcess = Environment.GetEnvironmentVariable(PackagesVariable);

    // The variable takes precedence over the folder that NuGet.Config names.
    public PackageScene() => Environment.SetEnvironmentVariable(PackagesVariable, null);

    public static byte[] Content { get; } = [.. Enumerable.Range(0, 50_000).Select(index => (byte)(index * 7 + index / 251))];

    public static string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content));

    public string Cache => _folder.PathOf("cache");

    public string Feed => Directory.CreateDirectory(_folder.PathOf("feed")).FullName;

    /// <summary>The names of the files among the downloaded weights, without the empty ones that locks leave.</summary>
    public string[] Cached => Directory.Exists(Cache)
        ? [.. Directory.GetFiles(Cache).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(file => System.IO.Path.GetFileName(file)!)]
        : [];

    /// <summary>Writes the NuGet.Config.</summary>
    /// <param name="sources">Name and address of each source.</param>
    /// <param name="withPassword">Whether the sources get a user name and a password.</param>
    /// <param name="mapping">Which packages come from which source.</param>
    /// <param name="extra">More sections.</param>
    public PackageScene Configure(IReadOnlyList<(string Name, string Address)> sources, bool withPassword = false, string mapping = "",
        string extra = "")
    {
        string credentials = string.Concat(sources.Select(source => $"<{source.Name}><add key='Username' value='ada'/>"
            + $"<add key='ClearTextPassword' value='{Password}'/></{source.Name}>"));
        string list = string.Concat(sources.Select(source =>
            $"<add key='{source.Name}' value='{source.Address}' allowInsecureConnections='true'/>"));
        _folder.Write("NuGet.Config", Encoding.UTF8.GetBytes($"""
            <configuration>
              <config><add key='globalPackagesFolder' value='{_folder.PathOf("global")}'/></config>
              <fallbackPackageFolders><clear/></fallbackPackageFolders>
              <packageSources><clear/>{list}</packageSources>
              <disabledPackageSources><clear/></disabledPackageSources>
              <packageSourceMapping><clear/>{mapping}</packageSourceMapping>
              {(withPassword ? $"<packageSourceCredentials>{credentials}</packageSourceCredentials>" : "")}
              {extra}
            </configuration>
            """));
        return this;
    }

    public PackageScene Configure(params (string Name, string Address)[] sources) => Configure(sources, withPassword: false);

    public WeightStore Store(bool offline = false, TimeSpan? stall = null) => new(new()
    {
        CacheFolder = Cache, NuGetFolder = _folder.Path, Offline = offline, Retries = 0, StallTimeout = stall ?? TimeSpan.FromSeconds(30),
    });

    public Task<LocalWeights> GetAsync(string text, bool offline = false, CancellationToken cancel = default) =>
        Store(offline).GetAsync(WeightsReference.Parse(text, "resnet18"), null, cancel);

    /// <summary>Puts a package where 'dotnet restore' would.</summary>
    public void Install(byte[] package)
    {
        string lower = Id.ToLowerInvariant(), folder = Directory.CreateDirectory(_folder.PathOf($"global/{lower}/1.0.0")).FullName;
        File.WriteAllBytes(System.IO.Path.Combine(folder, $"{lower}.1.0.0.nupkg"), package);
    }

    /// <summary>Puts a package into the folder of packages.</summary>
    public void Offer(byte[] package, string version = "1.0.0") =>
        File.WriteAllBytes(System.IO.Path.Combine(Feed, $"{Id}.{version}.nupkg"), package);

    /// <summary>A package with one file.</summary>
    public static byte[] Package(string path = Path, byte[]? content = null, string version = "1.0.0")
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, $"{Id}.nuspec", Encoding.UTF8.GetBytes($"<package><metadata><id>{Id}</id><version>{version}</version>"
                + "<authors>ada</authors><description>For a test.</description></metadata></package>"));
            Write(zip, path, content ?? Content);
        }
        return stream.ToArray();
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(PackagesVariable, _packagesOfThisProcess);
        _folder.Dispose();
    }

    private static void Write(ZipArchive zip, string name, byte[] content)
    {
        using Stream entry = zip.CreateEntry(name).Open();
        entry.Write(content);
    }
}

/// <summary>A server that speaks NuGet's protocol, version 3: a service index and a flat container.</summary>
internal sealed class FeedServer : IDisposable
{
    private readonly TestServer _server;
    private readonly byte[] _package;
    private readonly string[] _versions;
    private readonly string? _authorization;

    /// <param name="package">What every version of the package is.</param>
    /// <param name="versions">The versions that it lists.</param>
    /// <param name="password">The password that it wants of ada; null for none.</param>
    public FeedServer(byte[] package, string[] versions, string? password = null)
    {
        (_package, _versions) = (package, versions);
        _authorization = password is null ? null : "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"ada:{password}"));
        _server = new TestServer(AnswerAsync);
    }

    public string Address => $"{_server.Address}v3/index.json";

    public int Count => _server.Requests.Count;

    public void Dispose() => _server.Dispose();

    private Task AnswerAsync(Request request, Stream stream, CancellationToken end)
    {
        if (_authorization is not null && request.Headers.GetValueOrDefault("Authorization") != _authorization)
            return Answers.Status("401 Unauthorized", "WWW-Authenticate: Basic realm=\"feed\"")(request, stream, end);
        string flat = $"{_server.Address}flat/";
        byte[]? content = request.Path switch
        {
            "/v3/index.json" => Encoding.UTF8.GetBytes(
                $$"""{"version":"3.0.0","resources":[{"@id":"{{flat}}","@type":"PackageBaseAddress/3.0.0"}]}"""),
            "/flat/test.weights/index.json" when _versions.Length > 0 =>
                Encoding.UTF8.GetBytes($$"""{"versions":[{{string.Join(',', _versions.Select(version => $"\"{version}\""))}}]}"""),
            "/flat/test.weights/1.0.0/test.weights.1.0.0.nupkg" => _package,
            _ => null,
        };
        return (content is null ? Answers.Status("404 Not Found") : Answers.Honest(content))(request, stream, end);
    }
}
