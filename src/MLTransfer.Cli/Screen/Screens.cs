using MLTransfer.Cli.CommandLine;
using MLTransfer.Errors;
using Spectre.Console;

namespace MLTransfer.Cli.Screen;

/// <summary>Consoles for tables and progress. Anything but a terminal gets plain text that never wraps.</summary>
internal static class Screens
{
    private const int WideEnough = 10_000;

    internal static IAnsiConsole ForResults(CommandContext context) => Create(context.Output, context.OutputIsTerminal);

    internal static IAnsiConsole ForMessages(CommandContext context) => Create(context.Words, context.DrawsProgress);

    /// <summary>Runs work with progress bars on a terminal, and with null elsewhere.</summary>
    internal static async Task<T> WithBarsAsync<T>(CommandContext context, Func<ProgressContext?, T> work)
    {
        if (!context.DrawsProgress)
            return work(null);
        return await ForMessages(context).Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .StartAsync(bars => Task.Run(() => work(bars))).ConfigureAwait(false);
    }

    private static IAnsiConsole Create(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal && writer is PrintableWriter printable ? printable.Inner : writer),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Capabilities.Unicode = true;
        if (!terminal)
            console.Profile.Width = WideEnough;
        return console;
    }
}

/// <summary>A table whose first column is text and whose others are figures, aligned right.</summary>
internal static class TextTable
{
    internal static Table Create(params ReadOnlySpan<string> titles)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var title in titles)
        {
            var column = new TableColumn(new Text(Printable.Sanitize(title))) { NoWrap = table.Columns.Count > 0 };
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned());
        }
        return table;
    }

    /// <summary>Adds a row of plain text: markup and control characters in it have no effect.</summary>
    internal static void Row(this Table table, params IEnumerable<string> cells) =>
        table.AddRow(cells.Select(cell => new Text(Printable.Sanitize(cell))));
}
