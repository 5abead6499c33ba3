using MLTransfer.Cli.CommandLine;
using Spectre.Console;

namespace MLTransfer.Cli.Screen;

/// <summary>Consoles for tables and progress. What is not a terminal gets plain text that never wraps.</summary>
internal static class Screens
{
    private const int WideEnough = 10_000;

    internal static IAnsiConsole ForResults(CommandContext context) => Of(context.Output, context.OutputIsTerminal);

    internal static IAnsiConsole ForWords(CommandContext context) => Of(context.Error, context.ErrorIsTerminal);

    private static IAnsiConsole Of(TextWriter writer, bool terminal)
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
