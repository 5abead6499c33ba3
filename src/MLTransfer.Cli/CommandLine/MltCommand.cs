using System.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.CommandLine;

/// <summary>One command of the tool: it parses, calls the library, shows the result, and returns an <see cref="ExitCode"/>.</summary>
internal abstract class MltCommand : Command
{
    private readonly Option<bool> _json =
        CliOption.Flag("--json", "Write the result to standard output as one JSON document, and nothing else.");

    protected MltCommand(string name, string description, CommandContext context, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Context = context;
        Examples = examples;
        SetAction((parseResult, cancel) =>
        {
            Context = Context with { IsQuiet = parseResult.GetValue(CommandTree.Quiet) };
            return RunAsync(parseResult, cancel);
        });
    }

    /// <summary>Command lines to copy, shown by --help.</summary>
    internal IReadOnlyList<string> Examples { get; }

    /// <summary>What --help shows after the options, if anything.</summary>
    internal virtual string? Remarks => null;

    protected CommandContext Context { get; private set; }

    /// <summary>Adds the options and arguments in the order of the help, and --json last.</summary>
    protected void Accepts(params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                Add(option);
            else
                Add((Argument)symbol);
        }
        Add(_json);
    }

    /// <summary>Writes the result as JSON if --json was given; otherwise calls <paramref name="show"/>.</summary>
    protected void Render<T>(ParseResult parseResult, T document, Action show)
    {
        if (WantsJson(parseResult))
            ReportJson.WriteTo(Context.Output, document);
        else
            show();
    }

    protected bool WantsJson(ParseResult parseResult) => parseResult.GetValue(_json);

    protected abstract Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel);
}

/// <summary>What a run returns to the shell.</summary>
internal static class ExitCode
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;

    internal const string Legend = "Exit codes: 0 success, 1 failure or interruption, 2 wrong usage.";
}
