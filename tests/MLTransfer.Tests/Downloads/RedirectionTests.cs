using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Tests.Downloads;

public sealed class RedirectionTests : IDisposable
{
    private const string Subject = "CN=127.0.0.1";
    private static readonly byte[] Content = [1, 2, 3];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_redirection_is_followed()
    {
        using var target = new TestServer(Honest(Content));
        using var server = new TestServer(Status("302 Found", $"Location: {target.Address}elsewhere"));
        await GetAsync(server);
        Assert.Equal("/elsewhere", Assert.Single(target.Requests).Path);
    }

    [Fact]
    public async Task A_redirection_that_leads_in_a_circle_ends()
    {
        using var server = new TestServer(Status("302 Found", "Location: /again"));
        Assert.Contains("it points to /again, which is not followed",
            (await Assert.ThrowsAsync<WeightsException>(() => GetAsync(server))).Message, StringComparison.Ordinal);
        Assert.Equal(11, server.Requests.Count);
    }

    [Fact]
    public async Task A_redirection_from_an_encrypted_to_an_open_connection_is_not_followed()
    {
        using var open = new TestServer(Honest(Content));
        using var server = new TestServer(Certificate(), Status("302 Found", $"Location: {open.Address}open"));
        var error = await Assert.ThrowsAsync<WeightsException>(() => GetAsync(server, trusted: true));
        Assert.Contains($"it points to {open.Address}open, which is not followed", error.Message, StringComparison.Ordinal);
        Assert.Empty(open.Requests);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_at_once()
    {
        using var server = new TestServer(Certificate(), Honest(Content));
        Assert.Contains("whose certificate this machine does not trust",
            (await Assert.ThrowsAsync<WeightsException>(() => GetAsync(server))).Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_mirror_takes_the_place_of_the_host_and_keeps_the_path()
    {
        using var mirror = new TestServer(Status("404 Not Found"));
        var store = new WeightStore(new() { CacheFolder = _folder.Path, Mirror = new(mirror.Address, "torch/") });
        await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(WeightsReference.Parse("default", "resnet18")));
        Assert.Equal("/torch/models/resnet18-f37072fd.pth", Assert.Single(mirror.Requests).Path);
    }

    [Fact]
    public async Task A_file_far_larger_than_the_published_one_is_not_even_begun()
    {
        using var mirror = new TestServer(Whole([], announced: 99_999_999_999));
        var store = new WeightStore(new() { CacheFolder = _folder.Path, Mirror = mirror.Address });
        var error = await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(WeightsReference.Parse("default", "resnet18")));
        Assert.Contains("is refused: it has 99999999999 bytes or more", error.Message, StringComparison.Ordinal);
    }

    [NeedsSharedFact("weights/cifar10-resnet20-12fca82f.th")]
    public async Task Published_weights_come_from_a_mirror_and_bring_what_is_published_about_them()
    {
        byte[] content = File.ReadAllBytes(SharedFolder.PathOf("weights/cifar10-resnet20-12fca82f.th"));
        using var mirror = new TestServer(Honest(content));
        var store = new WeightStore(new() { CacheFolder = _folder.Path, Mirror = mirror.Address });
        LocalWeights weights = await store.GetAsync(WeightsReference.Parse("default", "cifar_resnet20"));
        Assert.Equal(Preprocessing.Cifar, weights.Preprocessing);
        Assert.True(weights.Read().ContainsKey("conv1.weight"));
    }

    private async Task GetAsync(TestServer server, bool trusted = false)
    {
        var options = new WeightStoreOptions { CacheFolder = _folder.Path };
        var store = new WeightStore(!trusted ? options : options with
        {
            HttpHandler = () => new SocketsHttpHandler
            {
                SslOptions =
                new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback =
                (_, certificate, _, _) => certificate?.Subject == Subject
                }
            },
        });
        await store.GetAsync(WeightsReference
            .Parse($"{server.Address}model.pth#sha256={Convert.ToHexString(SHA256.HashData(Content))}", "resnet18"));
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
