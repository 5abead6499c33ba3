using System.CommandLine;

namespace MLTransfer.Cli.CommandLine;

/// <summary>One command of the tool: it parses, calls the library, shows, and returns an <see cref="ExitCode"/>.</summary>
internal abstract class MltCommand : Command
{
    private readonly Option<bool> _json =
        CliOption.Flag("--json", "Put the result as one JSON document on standard output, and nothing else there.");

    protected MltCommand(string name, string description, CommandContext context, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Context = context;
        Examples = examples;
        SetAction(RunAsync);
    }

    /// <summary>Command lines worth copying, shown by --help.</summary>
    internal IReadOnlyList<string> Examples { get; }

    /// <summary>What --help says after the options, if anything.</summary>
    internal virtual string? Remarks => null;

    protected CommandContext Context { get; }

    /// <summary>Adds what can be asked, in the order of the help, and --json last.</summary>
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

    protected bool WantsJson(ParseResult asked) => asked.GetValue(_json);

    protected abstract Task<int> RunAsync(ParseResult asked, CancellationToken cancel);
}
