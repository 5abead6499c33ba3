using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Tests.Downloads;

public sealed class ResumedDownloadTests : DownloadScene
{
    [Fact]
    public async Task A_transfer_that_breaks_off_goes_on_where_it_ended_if_the_content_is_the_same()
    {
        using var server = new TestServer(
            Honest(Content, breakOffAfter: 700_000), Honest(Content, breakOffAfter: 1_500_000), Honest(Content));
        await SucceedAsync(server);
        Assert.Equal([null, "bytes=700000-", "bytes=1500000-"], server.Requests.Select(request => request.Range));
        Assert.Equal([null, "\"one\"", "\"one\""], server.Requests.Select(request => request.IfRange));
    }

    [Fact]
    public async Task A_transfer_that_stalls_is_begun_again()
    {
        using var server = new TestServer(Stalled(Content, after: 300_000), Honest(Content));
        await SucceedAsync(server, stall: 0.5);
        Assert.Equal("bytes=300000-", server.Requests[1].Range);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_sends_the_whole_again()
    {
        using var server = new TestServer(Honest(Content, breakOffAfter: 700_000), Whole(Content));
        await SucceedAsync(server);
    }

    [Fact]
    public async Task Content_that_changed_meanwhile_is_fetched_whole()
    {
        using var server = new TestServer(Honest(Other, "\"old\"", breakOffAfter: 700_000), Honest(Content, "\"new\""));
        await SucceedAsync(server);
        Assert.Equal("\"old\"", server.Requests[1].IfRange);
    }

    [Fact]
    public async Task Pieces_that_do_not_belong_together_are_found_out_and_fetched_whole()
    {
        using var server = new TestServer(Honest(Other, breakOffAfter: 700_000), Rest(Content, calledFrom: 700_000), Honest(Content));
        await SucceedAsync(server);
        Assert.Null(server.Requests[2].Range);
    }

    [Fact]
    public async Task Another_part_than_was_asked_for_is_not_appended()
    {
        using var server = new TestServer(Honest(Content, breakOffAfter: 700_000), Rest(Content, calledFrom: 5), Honest(Content));
        await SucceedAsync(server);
        Assert.Null(server.Requests[2].Range);
    }

    [Theory]
    [InlineData(2_000_001)]
    [InlineData(2_500_000)]
    public async Task A_length_that_is_announced_too_large_is_found_out_by_asking_for_the_rest(int announced)
    {
        using var server = new TestServer(Whole(Content, announced), Honest(Content));
        await SucceedAsync(server);
    }

    [Fact]
    public async Task A_line_that_breaks_off_often_still_brings_the_file_as_long_as_it_brings_something()
    {
        Answer[] pieces = [.. Enumerable.Range(1, 9).Select(piece => Honest(Content, breakOffAfter: piece * 220_000))];
        using var server = new TestServer([.. pieces, Honest(Content)]);
        await SucceedAsync(server);
        Assert.Equal(10, server.Requests.Count);
    }

    [Fact]
    public async Task All_that_is_missing_of_a_download_may_be_its_last_step()
    {
        using var server = new TestServer(Honest(Content));
        File.WriteAllBytes(Target + ".part", Content);
        await SucceedAsync(server);
        Assert.Equal("bytes=2000000-", Assert.Single(server.Requests).Range);
    }

    [Fact]
    public async Task What_is_left_of_a_longer_file_is_forgotten()
    {
        using var server = new TestServer(Honest(Content));
        File.WriteAllBytes(Target + ".part", [.. Content, 1]);
        await SucceedAsync(server);
        Assert.Equal(["bytes=2000001-", null], server.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task A_download_that_is_canceled_is_gone_on_with_by_the_next()
    {
        using var server = new TestServer(Stalled(Content, after: 600_000), Honest(Content));
        using var cancel = new CancellationTokenSource();
        var some = new Progress(progress => { if (progress.Received == 600_000) cancel.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store().GetAsync(Wanted(server), some, cancel.Token));
        await SucceedAsync(server);
        Assert.Equal("bytes=600000-", server.Requests[1].Range);
    }
}
