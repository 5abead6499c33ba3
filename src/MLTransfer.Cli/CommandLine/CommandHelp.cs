using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MLTransfer.Cli.CommandLine;

/// <summary>System.CommandLine's help, followed by examples, remarks and the meaning of the exit codes.</summary>
internal sealed class CommandHelp : SynchronousCommandLineAction
{
    private const int Width = 120;

    private readonly HelpAction _standard = new() { MaxWidth = Width };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        _standard.Invoke(parseResult);
        output.WriteLine("Examples:");
        foreach (var example in ExamplesOf(parseResult.CommandResult.Command))
            output.WriteLine($"  {example}");
        output.WriteLine();
        if (parseResult.CommandResult.Command is MltCommand { Remarks: { } remarks })
            output.WriteLine(remarks);
        output.WriteLine(ExitCode.Legend);
        return ExitCode.Done;
    }

    /// <summary>A command's own, or the first of each command in a group.</summary>
    private static IEnumerable<string> ExamplesOf(Command command) => command is MltCommand own
        ? own.Examples
        : command.Subcommands.SelectMany(each => ExamplesOf(each).Take(1));
}
