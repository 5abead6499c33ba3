using System.Diagnostics;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Screen;

/// <summary>Reports training: by a live line and a row for each epoch on a terminal, in plain lines elsewhere.</summary>
internal sealed class TrainingScreen(CommandContext context)
{
    /// <summary>How many epochs have a row on the terminal that the result goes to, too.</summary>
    internal int Rows { get; private set; }

    internal T Watch<T>(Func<IProgress<TrainingProgress>, T> train)
    {
        var clock = Stopwatch.StartNew();
        if (!context.DrawsProgress)
            return train(new Reporter(new EpochLog(context.Words.WriteLine, () => clock.Elapsed).Report));
        var console = Screens.ForMessages(context);
        var line = new LiveLine(
            console.Profile.Out.Writer, () => console.Profile.Width, () => clock.Elapsed, () => Environment.WorkingSet);
        try
        {
            return train(new Reporter(line.Report));
        }
        finally
        {
            line.Clear();
            Rows = context.OutputIsTerminal ? line.Rows : 0;
        }
    }

    // System.Progress posts to the thread pool, which does not keep the order.
    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
