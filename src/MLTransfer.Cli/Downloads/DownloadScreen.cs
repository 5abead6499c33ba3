using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using Spectre.Console;

namespace MLTransfer.Cli.Downloads;

/// <summary>
/// Waits for weights while telling of downloads: a moving bar where a person watches, else lines; nothing where nothing is downloaded.
/// </summary>
internal static class DownloadScreen
{
    /// <exception cref="DownloadInterruptedException">The user has stopped it.</exception>
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
        if (!context.ErrorIsTerminal)
            return await get(new DownloadLog(context.Error.WriteLine, () => clock.Elapsed, withBar: false)).ConfigureAwait(false);
        var console = Screens.ForWords(context);
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(),
                new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => get(new Bar(
            context, new DownloadLog(line => console.WriteLine(Printable.Of(line)), () => clock.Elapsed, withBar: true))))
            .ConfigureAwait(false);
    }

    private sealed class Bar(ProgressContext context, DownloadLog log) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(DownloadProgress progress)
        {
            log.Report(progress);
            if (!_tasks.TryGetValue(progress.File, out var task))
                _tasks.Add(progress.File, task = context.AddTask(Printable.Of(progress.File).EscapeMarkup()));
            task.MaxValue = progress.Total ?? Math.Max(1, progress.Received);
            task.Value = progress.Received;
        }
    }
}
