using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using Spectre.Console;

namespace MLTransfer.Cli.Screen;

/// <summary>Reports downloads: a progress bar on a terminal, lines elsewhere; nothing if nothing is downloaded.</summary>
internal static class DownloadScreen
{
    /// <exception cref="DownloadInterruptedException">The user interrupted the download.</exception>
    internal static async Task<T> WatchAsync<T>(CommandContext context, bool quiet, Func<IProgress<DownloadProgress>?, Task<T>> get)
    {
        try
        {
            return await ShowAsync(context, quiet, get).ConfigureAwait(false);
        }
        catch (OperationCanceledException interruption)
        {
            throw new DownloadInterruptedException(interruption);
        }
    }

    private static async Task<T> ShowAsync<T>(CommandContext context, bool quiet, Func<IProgress<DownloadProgress>?, Task<T>> get)
    {
        if (quiet)
            return await get(null).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        if (!context.DrawsProgress)
            return await get(new DownloadLog(context.Words.WriteLine, () => clock.Elapsed, withBar: false)).ConfigureAwait(false);
        var console = Screens.ForMessages(context);
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(),
                new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => get(new Bar(
            context, new DownloadLog(line => console.WriteLine(Printable.Sanitize(line)), () => clock.Elapsed, withBar: true))))
            .ConfigureAwait(false);
    }

    private sealed class Bar(ProgressContext context, DownloadLog log) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(DownloadProgress progress)
        {
            log.Report(progress);
            if (!_tasks.TryGetValue(progress.File, out var task))
                _tasks.Add(progress.File, task = context.AddTask(Printable.Sanitize(progress.File).EscapeMarkup()));
            task.MaxValue = progress.Total ?? Math.Max(1, progress.Received);
            task.Value = progress.Received;
        }
    }
}

/// <summary>
/// Reports a download in few lines: its start, each problem and, without a progress bar, how far it is every ten seconds.
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
            write($"waiting for another process that is downloading {progress.File} …");
        else if (progress.Phase == DownloadPhase.WaitingToRetry)
            write($"{progress.File}: {progress.Reason}; retrying …");
        else if (progress.Phase == DownloadPhase.AskingMirror)
            write($"{progress.File}: {progress.Reason}; trying a mirror …");
        else if (progress.Phase == DownloadPhase.Receiving)
            Receive(progress);
        else if (progress.Phase == DownloadPhase.Unpacking && !_unpacking)
            write($"unpacking {progress.File} …");
        // Several files may be reported, one after the other.
        _unpacking = progress.Phase == DownloadPhase.Unpacking;
        _begun &= progress.Phase != DownloadPhase.Checking;
    }

    private void Receive(DownloadProgress progress)
    {
        var total = progress.Total is { } bytes ? Figures.Bytes(bytes) : "unknown size";
        if (!_begun)
        {
            WriteLine(progress.Received == 0 ? $"downloading {progress.File} ({total}) …"
                : $"resuming the download of {progress.File} at {Figures.Bytes(progress.Received)} of {total} …");
        }
        else if (!withBar && clock() - _lastLine >= BetweenLines)
            WriteLine($"{progress.File}: {Figures.Bytes(progress.Received)} of {total}");
        _begun = true;
    }

    private void WriteLine(string line)
    {
        _lastLine = clock();
        write(line);
    }
}

/// <summary>Notes whether anything was downloaded. An earlier file does not rule that out: it may have been damaged.</summary>
internal sealed class DownloadNote
{
    internal bool Downloaded { get; private set; }

    internal IProgress<DownloadProgress> ForwardTo(IProgress<DownloadProgress>? listener) => new Forwarder(this, listener);

    private sealed class Forwarder(DownloadNote note, IProgress<DownloadProgress>? listener) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            // Waiting may end with a file that another process has downloaded.
            note.Downloaded |= value.Phase is DownloadPhase.Receiving or DownloadPhase.Checking;
            listener?.Report(value);
        }
    }
}

/// <summary>The user interrupted a download; the next run resumes it.</summary>
internal sealed class DownloadInterruptedException(OperationCanceledException cause)
    : Exception("interrupted; the part already downloaded is kept, and the same command resumes the download.", cause);
