using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Inspection;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>Looks at images while a bar moves, where a person watches.</summary>
internal static class CheckScreen
{
    internal static async Task<DatasetFindings> WatchAsync(
        CommandContext context, Func<IProgress<InspectionProgress>?, DatasetFindings> look)
    {
        if (!context.ErrorIsTerminal)
            return look(null);
        return await Screens.ForWords(context).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new RemainingTimeColumn())
            .StartAsync(context => Task.Run(() => look(new Bar(context.AddTask("looking at images")))))
            .ConfigureAwait(false);
    }

    private sealed class Bar(ProgressTask task) : IProgress<InspectionProgress>
    {
        public void Report(InspectionProgress value) => (task.MaxValue, task.Value) = (value.Total, value.Done);
    }
}
