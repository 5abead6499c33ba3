using MLTransfer.Cli.Screen;
using MLTransfer.Downloads;

namespace MLTransfer.Cli.Tests.Screen;

public class DownloadLogTests
{
    private const long Total = 4 << 20;

    private readonly List<string> _lines = [];
    private TimeSpan _now;

    [Fact]
    public void A_download_has_a_line_at_its_start_and_one_every_ten_seconds()
    {
        var log = Log();
        for (var second = 0; second <= 20; second++)
        {
            log.Report(Receiving(second * (Total / 20)));
            _now += TimeSpan.FromSeconds(1);
        }
        Assert.Equal(
            ["downloading a.pth (4.0 MiB) …", "a.pth: 2.0 MiB of 4.0 MiB", "a.pth: 4.0 MiB of 4.0 MiB"], _lines);
    }

    [Fact]
    public void With_a_progress_bar_only_the_start_has_a_line()
    {
        var log = Log(withBar: true);
        log.Report(Receiving(0));
        _now += TimeSpan.FromMinutes(1);
        log.Report(Receiving(Total));
        Assert.Equal(["downloading a.pth (4.0 MiB) …"], _lines);
    }

    [Fact]
    public void A_resumed_download_says_where_it_resumes()
    {
        Log().Report(Receiving(1 << 20));
        Assert.Equal(["resuming the download of a.pth at 1.0 MiB of 4.0 MiB …"], _lines);
    }

    [Fact]
    public void Unpacking_has_one_line_for_each_file()
    {
        var log = Log();
        DownloadPhase[] phases = [DownloadPhase.Unpacking, DownloadPhase.Unpacking, DownloadPhase.Checking, DownloadPhase.Unpacking];
        foreach (var phase in phases)
            log.Report(Receiving(0) with { Phase = phase });
        Assert.Equal(["unpacking a.pth …", "unpacking a.pth …"], _lines);
    }

    private DownloadLog Log(bool withBar = false) => new(_lines.Add, () => _now, withBar);

    private static DownloadProgress Receiving(long received) => new("a.pth", DownloadPhase.Receiving, received, Total);
}
