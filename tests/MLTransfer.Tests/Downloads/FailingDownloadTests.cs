using MLTransfer.Downloads;
using MLTransfer.Weights;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Tests.Downloads;

public sealed class FailingDownloadTests : DownloadScene
{
    [Fact]
    public async Task A_server_that_answers_nothing_at_all_is_given_up()
    {
        using var server = new TestServer((_, _, end) => Task.Delay(Timeout.Infinite, end));
        // Long enough for a busy machine to see each request before it is given up.
        await FailAsync(server, "cannot be downloaded: nothing came in for 0.8 seconds", stall: 0.8);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task A_length_that_is_announced_too_small_cuts_the_file_and_is_found_out()
    {
        using var server = new TestServer(Whole(Content, announced: 1_000_000));
        await FailAsync(server, "is not what was expected: 1000000 bytes with the SHA-256");
    }

    [Fact]
    public async Task Wrong_bytes_are_never_put_into_place()
    {
        using var server = new TestServer(Honest(Other));
        await FailAsync(server, $"not {Hash}");
        Assert.Single(server.Requests);
        Assert.Equal([".lock"], Directory.GetFiles(Folder.Path).Select(Path.GetExtension));
    }

    [Theory]
    [InlineData("404 Not Found", "the server answered 404, there is no such file")]
    [InlineData("403 Forbidden", "the server answered 403, access is not allowed")]
    [InlineData("400 Bad Request", "the server answered 400, Bad Request")]
    public async Task What_will_not_pass_is_not_tried_again(string status, string reason)
    {
        using var server = new TestServer(Status(status));
        await FailAsync(server, reason);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_after_longer_and_longer_pauses()
    {
        using var server = new TestServer(Status("500 Internal Server Error"));
        await FailAsync(server, "the server answered 500 (Internal Server Error)");
        Assert.Equal([1.0, 2.0, 4.0, 8.0], Clock.Pauses);
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(4, Told.Count(progress =>
            progress is { Phase: DownloadPhase.WaitingToRetry, Reason: "the server answered 500 (Internal Server Error)" }));
    }

    [Fact]
    public async Task Without_retries_the_first_failure_is_the_last()
    {
        using var server = new TestServer(Status("500 Internal Server Error"));
        var store = new WeightStore(Store().Options with { Retries = 0 });
        Assert.Contains("the server answered 500",
            (await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(Wanted(server)))).Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_note_of_an_earlier_run_that_cannot_be_read_is_a_sentence()
    {
        using var server = new TestServer(Honest(Content));
        File.WriteAllBytes(Target + ".part", Content[..1000]);
        using FileStream alone = new(Target + ".part.tag", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await FailAsync(server, "cannot be written");
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_busy_server_says_how_long_to_wait()
    {
        using var server = new TestServer(
            Status("503 Service Unavailable", "Retry-After: 7"), Status("429 Too Many Requests", "Retry-After: 86400"), Honest(Content));
        await SucceedAsync(server);
        Assert.Equal([7.0, 60.0], Clock.Pauses);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_to_is_said_before_anything_is_asked()
    {
        using var server = new TestServer(Honest(Content));
        var store = new WeightStore(Store().Options with { CacheFolder = "/proc/nowhere" });
        Assert.Contains("cannot be written", (await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(Wanted(server)))).Message,
            StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_disk_that_is_full_ends_the_download_at_once()
    {
        using var server = new TestServer(Honest(Content));
        File.CreateSymbolicLink(Target + ".part", "/dev/full");
        await FailAsync(server, "cannot be written: No space left on device");
        Assert.Single(server.Requests);
    }
}
