using MLTransfer.Cli.Screen;
using MLTransfer.Downloads;

namespace MLTransfer.Cli.Downloads;

/// <summary>
/// A download told in lines that a log file bears: its beginning, what went wrong, and, where no bar moves, how far it is every ten
/// seconds.
/// </summary>
internal sealed class DownloadLog(Action<string> write, Func<TimeSpan> clock, bool withBar) : IProgress<DownloadProgress>
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private bool _begun;
    private bool _unpacking;
    private TimeSpan _lastLine;

    public void Report(DownloadProgress progress)
    {
        if (progress.Phase == DownloadPhase.WaitingForAnother)
            write($"waiting for another process, which downloads {progress.File} …");
        else if (progress.Phase == DownloadPhase.WaitingToRetry)
            write($"{progress.File}: {progress.Reason}; trying again …");
        else if (progress.Phase == DownloadPhase.AskingMirror)
            write($"{progress.File}: {progress.Reason}; asking a mirror …");
        else if (progress.Phase == DownloadPhase.Receiving)
            Receive(progress);
        else if (progress.Phase == DownloadPhase.Unpacking && !_unpacking)
            write($"unpacking {progress.File} …");
        // Several files may be reported of, one after the other.
        _unpacking = progress.Phase == DownloadPhase.Unpacking;
        _begun &= progress.Phase != DownloadPhase.Checking;
    }

    private void Receive(DownloadProgress progress)
    {
        var total = progress.Total is { } bytes ? Figures.Bytes(bytes) : "unknown size";
        if (!_begun)
            Say(progress.Received == 0 ? $"downloading {progress.File} ({total}) …"
                : $"downloading {progress.File}, from {Figures.Bytes(progress.Received)} of {total} on …");
        else if (!withBar && clock() - _lastLine >= BetweenLines)
            Say($"{progress.File}: {Figures.Bytes(progress.Received)} of {total}");
        _begun = true;
    }

    private void Say(string line)
    {
        _lastLine = clock();
        write(line);
    }
}
