using MLTransfer.Downloads;
using MLTransfer.Weights;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Tests.Downloads;

public sealed class DownloadTests : DownloadScene
{
    [Fact]
    public async Task A_file_is_downloaded_once_and_found_from_then_on()
    {
        using var server = new TestServer(Honest(Content));
        await SucceedAsync(server);
        await SucceedAsync(server);
        Assert.Single(server.Requests);
        Assert.Equal(["model-" + Hash[..8] + ".pth", "model-" + Hash[..8] + ".pth.lock"],
            Directory.GetFiles(Folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Two_who_want_the_same_file_download_it_once()
    {
        using var server = new TestServer(async (request, stream, end) =>
        {
            await Task.Delay(300, end);
            await Honest(Content)(request, stream, end);
        });
        LocalWeights[] both = await Task
            .WhenAll(Store().GetAsync(Wanted(server), new Progress(Told.Add)), Store().GetAsync(Wanted(server), new Progress(Told.Add)));
        Assert.Equal([Target, Target], both.Select(weights => weights.Path));
        Assert.Single(server.Requests);
        Assert.Single(Told, progress => progress.Phase == DownloadPhase.WaitingForAnother);
    }

    [Fact]
    public async Task A_damaged_file_of_the_cache_is_downloaded_again()
    {
        using var server = new TestServer(Honest(Content));
        File.WriteAllBytes(Target, Other);
        await SucceedAsync(server);
    }

    [Fact]
    public async Task Offline_nobody_is_asked()
    {
        using var server = new TestServer(Honest(Content));
        var store = new WeightStore(Store().Options with { Offline = true });
        var error = await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(Wanted(server)));
        Assert.Contains($"Download {server.Address}some/model.pth", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Progress_tells_how_much_there_is_and_how_much_there_will_be()
    {
        using var server = new TestServer(Honest(Content));
        await SucceedAsync(server);
        Assert.Equal(new("model-" + Hash[..8] + ".pth", DownloadPhase.Receiving, 0, 2_000_000), Told[0]);
        Assert.Contains(Told, progress => progress is { Phase: DownloadPhase.Receiving, Received: 2_000_000, Total: 2_000_000 });
        Assert.Equal(DownloadPhase.Checking, Told[^1].Phase);
    }
}
