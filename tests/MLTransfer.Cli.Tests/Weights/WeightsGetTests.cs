using System.Security.Cryptography;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Tests.Downloads;
using MLTransfer.Tests.Reference;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsGetTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1_500_000).Select(index => (byte)(index * 7 + index / 251))];
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Weights_are_downloaded_once_and_their_place_is_said()
    {
        using var server = new TestServer(Honest(Content));
        var first = await Mlt.RunInAsync(_cache.Path, "weights", "get", Address(server));
        first.AssertSuccess();
        Assert.Equal($"downloading model-{Hash[..8]}.pth (1.4 MiB) …\n", first.Error);
        Assert.Equal($"{Place("")}: {server.Address}model.pth (downloaded, 1.4 MiB)\n", first.Output);
        var second = await Mlt.RunInAsync(_cache.Path, "weights", "get", Address(server));
        Assert.Equal((ExitCode.Done, ""), (second.Code, second.Error));
        Assert.Contains("(already there, 1.4 MiB)", second.Output, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task As_json_nothing_but_the_document_is_said()
    {
        using var server = new TestServer(Honest(Content));
        var outcome = await Mlt.RunInAsync(_cache.Path, "weights", "get", Address(server), "--json");
        Assert.Equal("", outcome.Error);
        var json = outcome.Json[0];
        Assert.Equal((Place(""), 1_500_000, true),
            (json.GetProperty("path").GetString(), json.GetProperty("bytes").GetInt32(), json.GetProperty("downloaded").GetBoolean()));
    }

    [Fact]
    public async Task What_replaces_a_damaged_file_was_downloaded()
    {
        using var server = new TestServer(Honest(Content));
        Directory.CreateDirectory(Path.GetDirectoryName(Place(""))!);
        File.WriteAllBytes(Place(""), [9, 9]);
        var outcome = await Mlt.RunInAsync(_cache.Path, "weights", "get", Address(server), "--json");
        Assert.True(outcome.Json[0].GetProperty("downloaded").GetBoolean());
    }

    [Fact]
    public async Task Two_processes_that_want_the_same_weights_download_them_once()
    {
        using var server = new TestServer(async (request, stream, end) =>
        {
            // As long as the other process may need to start.
            await Task.Delay(TimeSpan.FromSeconds(3), end);
            await Honest(Content)(request, stream, end);
        });
        using MltProcess one = Process(server, ""), other = Process(server, "");
        int[] codes = await Task.WhenAll(one.EndAsync(), other.EndAsync());
        Assert.Equal([ExitCode.Done, ExitCode.Done], codes);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_process_that_was_killed_blocks_nobody_and_its_bytes_are_not_lost()
    {
        using var server = new TestServer(Stalled(Content, after: 600_000), Honest(Content));
        using (MltProcess killed = Process(server, "downloading"))
        {
            await killed.HasSaidItAsync();
            while (new FileInfo(Place("mltransfer") + ".part") is not { Exists: true, Length: 600_000 })
                await Task.Delay(50);
            killed.Kill();
            await killed.EndAsync();
        }
        using MltProcess next = Process(server, "");
        Assert.Equal(ExitCode.Done, await next.EndAsync());
        Assert.Contains("at 585.9 KiB of 1.4 MiB", next.Error, StringComparison.Ordinal);
        Assert.Equal("bytes=600000-", server.Requests[1].Range);
        Assert.Equal(Content, File.ReadAllBytes(Place("mltransfer")));
    }

    [Fact]
    public async Task A_download_that_is_interrupted_says_that_nothing_is_lost()
    {
        using var server = new TestServer(Stalled(Content, after: 600_000));
        using MltProcess interrupted = Process(server, "downloading");
        await interrupted.HasSaidItAsync();
        interrupted.Interrupt();
        Assert.Equal(ExitCode.Failed, await interrupted.EndAsync());
        Assert.Contains("mlt weights get: interrupted; the part already downloaded is kept, and the same command resumes the download.",
            interrupted.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_the_error_says_what_to_fetch_by_hand()
    {
        var outcome = await Mlt.RunInAsync(
            _cache.Path, "weights", "get", "resnet18", "--offline", "--mirror", "https://mirror.example/torch");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("Download https://mirror.example/torch/models/resnet18-f37072fd.pth and put it into one of these folders",
            outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnt18", "There are no weights 'resnt18'.")]
    [InlineData("resnet18/IMAGENET1K_V2", "Weights of resnet18: resnet18/IMAGENET1K_V1.")]
    [InlineData("vgg16/IMAGENET1K_FEATURES", "cannot be used: its fully connected layers hold no values")]
    [InlineData("https://host/model.pth", "Append #sha256=")]
    [InlineData("resnet18 --mirror here", "--mirror: The mirror 'here' is not an address")]
    public async Task What_cannot_be_downloaded_is_a_wrong_question(string asked, string answer)
    {
        var outcome = await Mlt.RunInAsync(_cache.Path, ["weights", "get", .. asked.Split(' ')]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(answer, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", outcome.Error, StringComparison.Ordinal);
    }

    private MltProcess Process(TestServer server, string signal) =>
        new(signal, new DirectoryInfo(_cache.Path), ["weights", "get", Address(server)]);

    private static string Address(TestServer server) => $"{server.Address}model.pth#sha256={Hash}";

    private string Place(string below) => Path.Combine(_cache.Path, below, "weights", $"model-{Hash[..8]}.pth");
}
