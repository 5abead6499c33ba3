using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Errors;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MLTransfer.Cli.Screen;

/// <summary>Reports training: in lines, and with a progress bar on a terminal.</summary>
internal static class TrainingScreen
{
    internal static async Task<T> WatchAsync<T>(CommandContext context, Func<IProgress<TrainingProgress>, T> train)
    {
        var clock = Stopwatch.StartNew();
        if (!context.ErrorIsTerminal)
            return Run(new EpochLog(context.Error.WriteLine, () => clock.Elapsed, withBar: false), _ => { }, train);
        var console = Screens.ForMessages(context);
        var throughput = new ThroughputColumn();
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), throughput)
            .StartAsync(context => Task.Run(() => Run(Log(console), new Bar(context, throughput).Show, train)))
            .ConfigureAwait(false);

        EpochLog Log(IAnsiConsole aboveTheBar) =>
            new(line => aboveTheBar.WriteLine(Printable.Sanitize(line)), () => clock.Elapsed, withBar: true);
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

    // System.Progress posts to the thread pool, which does not keep the order.
    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class Bar(ProgressContext context, ThroughputColumn throughput)
    {
        private readonly ProgressTask _task = context.AddTask("starting");

        internal void Show(TrainingProgress progress)
        {
            _task.Description = ProgressText.FormatPhase(progress).EscapeMarkup();
            _task.MaxValue = Math.Max(1, progress.Total);
            _task.Value = progress.Done;
            throughput.Content = ProgressText.FormatThroughput(progress);
        }
    }
}

/// <summary>Throughput and time left, as the library computes them.</summary>
internal sealed class ThroughputColumn : ProgressColumn
{
    internal string Content { get; set; } = "";

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Content);
}
