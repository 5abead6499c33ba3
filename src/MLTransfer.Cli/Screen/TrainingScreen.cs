using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Errors;
using Spectre.Console;

namespace MLTransfer.Cli.Screen;

/// <summary>Runs training while telling of it: a moving bar where a person watches, and lines in either case.</summary>
internal static class TrainingScreen
{
    internal static async Task<T> WatchAsync<T>(CommandContext context, Func<IProgress<TrainingProgress>, T> train)
    {
        var clock = Stopwatch.StartNew();
        if (!context.ErrorIsTerminal)
            return Run(new EpochLog(context.Error.WriteLine, () => clock.Elapsed, withBar: false), _ => { }, train);
        var console = Screens.ForWords(context);
        var pace = new PaceColumn();
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), pace)
            .StartAsync(context => Task.Run(() => Run(Log(console), new Bar(context, pace).Show, train)))
            .ConfigureAwait(false);

        EpochLog Log(IAnsiConsole aboveTheBar) =>
            new(line => aboveTheBar.WriteLine(Printable.Of(line)), () => clock.Elapsed, withBar: true);
    }

    private static T Run<T>(EpochLog log, Action<TrainingProgress> bar, Func<IProgress<TrainingProgress>, T> train)
    {
        var result = train(new Reporter(progress =>
        {
            bar(progress);
            log.Report(progress);
        }));
        log.Finish();
        return result;
    }

    // System.Progress posts to the thread pool, which mixes up the order.
    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class Bar(ProgressContext context, PaceColumn pace)
    {
        private readonly ProgressTask _task = context.AddTask("starting");

        internal void Show(TrainingProgress progress)
        {
            _task.Description = ProgressWords.Phase(progress).EscapeMarkup();
            _task.MaxValue = Math.Max(1, progress.Total);
            _task.Value = progress.Done;
            pace.Throughput = ProgressWords.Throughput(progress);
        }
    }
}
