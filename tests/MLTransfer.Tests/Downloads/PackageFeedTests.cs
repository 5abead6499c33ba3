using System.Net;
using MLTransfer.Downloads;
using MLTransfer.Tests.Reference;
using NuGet.Configuration;
using NuGet.Packaging.Core;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using NuGet.Versioning;

namespace MLTransfer.Tests.Downloads;

/// <summary>A package source over https, which answers from a dictionary instead of the network.</summary>
public sealed class PackageFeedTests
{
    private const string Index = "/v3/index.json", Older = "/v2", Versions = """{"versions":["1.0.0"]}""", Package = "the package";

    [Theory]
    [InlineData("https://files.test/flat", false, null)]
    [InlineData("http://files.test/flat", true, null)]
    [InlineData("http://ada:secret@files.test/flat", false,
        "keeps its packages at http://files.test/flat/: over plain http, all 64 digits of &sha256=HASH are required")]
    public async Task A_source_over_https_may_lead_to_http_only_with_a_whole_hash(string files, bool mayUseHttp, string? refusal)
    {
        using var folder = new TemporaryFolder();
        string target = folder.PathOf("package.nupkg");
        (string? answer, List<string> asked) = await AskAsync(Index, target, mayUseHttp, ServiceIndex(files), Versions, Package);
        Assert.Equal(refusal, answer);
        Assert.Equal(refusal is null, asked.Any(address => address.EndsWith(".nupkg", StringComparison.Ordinal)));
        Assert.Equal(refusal is null ? Package : null, File.Exists(target) ? File.ReadAllText(target) : null);
    }

    [Fact]
    public async Task An_older_protocol_needs_a_whole_hash_even_over_https()
    {
        const string feed = """
            <feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
                xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices">
              <entry><title>Test.Weights</title><content type="application/zip" src="http://files.test/test.weights.1.0.0.nupkg"/>
                <m:properties><d:Id>Test.Weights</d:Id><d:Version>1.0.0</d:Version></m:properties></entry>
            </feed>
            """;
        using var folder = new TemporaryFolder();
        (string? answer, List<string> asked) =
            await AskAsync(Older, folder.PathOf("package.nupkg"), mayUseHttp: false, feed, feed, Package);
        Assert.Equal("speaks only an older protocol, which may lead to plain http: all 64 digits of &sha256=HASH are required", answer);
        Assert.DoesNotContain(asked, address => address.EndsWith(".nupkg", StringComparison.Ordinal));
    }

    [Fact]
    public Task An_index_without_an_address_becomes_an_answer() =>
        GivesNoUsableAnswerAsync(
            Index, """{"version":"3.0.0","resources":[{"@id":"no address","@type":"PackageBaseAddress/3.0.0"}]}""", "");

    // NuGet asks three times, with pauses.
    [Theory, Trait("Category", "Long")]
    [InlineData(Index, """{"version":"3.0.0","resources":[7]}""", Versions)]
    [InlineData(Index, "{", Versions)]
    [InlineData(Index, null, """{"versions":["one"]}""")]
    [InlineData(Index, null, """{"versions":7}""")]
    [InlineData(Older, "<feed", "")]
    public Task So_does_what_cannot_be_read(string path, string? index, string versions) =>
        GivesNoUsableAnswerAsync(path, index ?? ServiceIndex("https://files.test/flat"), versions);

    private static async Task GivesNoUsableAnswerAsync(string path, string index, string versions)
    {
        using var folder = new TemporaryFolder();
        (string? answer, _) = await AskAsync(path, folder.PathOf("package.nupkg"), mayUseHttp: true, index, versions, Package);
        Assert.StartsWith("gave no usable answer: ", answer, StringComparison.Ordinal);
    }

    private static string ServiceIndex(string files) =>
        $$"""{"version":"3.0.0","resources":[{"@id":"{{files}}/","@type":"PackageBaseAddress/3.0.0"}]}""";

    private static async Task<(string? Answer, List<string> Asked)> AskAsync(
        string path, string target, bool mayUseHttp, string index, string versions, string package)
    {
        // NuGet remembers the service index of an address for all of the process.
        string source = $"https://{Guid.NewGuid():N}.test{path}";
        using var handler = new Answering(address => address switch
        {
            _ when address.EndsWith(".nupkg", StringComparison.Ordinal) => package,
            _ when address.StartsWith(source, StringComparison.Ordinal) => index,
            _ => versions,
        });
        // Otherwise NuGet itself refuses to be led to http.
        var configured = new PackageSource(source, "test") { AllowInsecureConnections = true };
        var repository = new SourceRepository(
            configured, Repository.Provider.GetCoreV3().Prepend(new(() => new HandlerProvider(handler))));
        using var cache = new SourceCacheContext { NoCache = true, DirectDownload = true };
        var feed = new PackageFeed(repository, new PackageIdentity("Test.Weights", new NuGetVersion(1, 0, 0)), cache,
            DownloadOptions.Default with { Retries = 0 });
        return (await feed.TryDownloadAsync(target, mayUseHttp, null, CancellationToken.None), handler.Asked);
    }

    private sealed class Answering(Func<string, string> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string address = request.RequestUri!.AbsoluteUri;
            lock (Asked)
                Asked.Add(address);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request, Content = new StringContent(answer(address)),
            });
        }
    }

    /// <summary>Gives NuGet the handler of the test; it is asked before NuGet's own.</summary>
    private sealed class HandlerProvider(HttpMessageHandler handler)
        : ResourceProvider(typeof(HttpHandlerResource), nameof(HandlerProvider), NuGetResourceProviderPositions.First)
    {
        public override Task<Tuple<bool, INuGetResource?>> TryCreate(SourceRepository source, CancellationToken token) =>
            Task.FromResult(new Tuple<bool, INuGetResource?>(true, new HttpHandlerResourceV3(new HttpClientHandler(), handler)));
    }
}
