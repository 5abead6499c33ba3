using System.IO.Compression;
using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Downloads;
using MLTransfer.Tests.Reference;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Cli.Tests.Datasets;

public sealed class DatasetsGetTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_data_set_is_brought_and_its_use_is_said()
    {
        using var server = new TestServer(Honest(AntsAndBees()));
        var first = await Mlt.RunInAsync(_cache.Path, "datasets", "get", "hymenoptera", "--mirror", server.Address.ToString());
        first.AssertSuccess();
        Assert.Equal("/tutorial/hymenoptera_data.zip", Assert.Single(server.Requests).Path);
        Assert.Contains("downloading hymenoptera_data.zip", first.Error, StringComparison.Ordinal);
        Assert.Contains("unpacking hymenoptera_data.zip …", first.Error, StringComparison.Ordinal);
        string folder = Path.Combine(_cache.Path, "datasets", "hymenoptera");
        Assert.StartsWith($"{folder}: hymenoptera (downloaded and unpacked, 2 files, 2 B, license not stated by its publishers)\nIts "
            + $"publishers state no checksum", first.Output, StringComparison.Ordinal);
        Assert.Contains($"mlt train --data {folder}/hymenoptera_data/train --val {folder}/hymenoptera_data/val ", first.Output,
            StringComparison.Ordinal);
        var second = await Mlt.RunInAsync(_cache.Path, "datasets", "get", "hymenoptera", "--offline");
        Assert.Equal((ExitCode.Done, ""), (second.Code, second.Error));
        Assert.Contains("(already complete, 2 files", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_nothing_but_the_document_is_said()
    {
        using var server = new TestServer(Honest(AntsAndBees()));
        string folder = _cache.PathOf("mine");
        var outcome = await Mlt.RunInAsync(
            _cache.Path, "datasets", "get", "hymenoptera", "--mirror", server.Address.ToString(), "--out", folder, "--json");
        Assert.Equal("", outcome.Error);
        JsonElement json = outcome.Json;
        Assert.Equal((folder, false, 2),
            (json.GetProperty("folder").GetString(), json.GetProperty("was_there").GetBoolean(), json.GetProperty("files").GetInt32()));
        Assert.True(Directory.Exists(json.GetProperty("places").GetProperty("val").GetString()));
    }

    [Fact]
    public async Task Offline_the_error_says_what_to_fetch_by_hand()
    {
        var outcome = await Mlt.RunInAsync(
            _cache.Path, "datasets", "get", "eurosat", "--offline", "--mirror", "https://mirror.example/sets");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("Download https://mirror.example/sets/files/sentinel/EuroSAT.zip and put it there, or allow downloads (without "
            + "--offline).", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("minst", "There is no data set 'minst'. Did you mean 'mnist'?")]
    [InlineData("mnist --mirror here", "--mirror: The mirror 'here' is not an address")]
    public async Task What_cannot_be_had_is_a_wrong_question(string asked, string answer)
    {
        var outcome = await Mlt.RunInAsync(_cache.Path, ["datasets", "get", .. asked.Split(' ')]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(answer, outcome.Error, StringComparison.Ordinal);
    }

    private static byte[] AntsAndBees()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in new[] { "hymenoptera_data/train/ants/1.jpg", "hymenoptera_data/val/bees/2.jpg" })
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.WriteByte(1);
            }
        }
        return stream.ToArray();
    }
}
