using System.CommandLine;
using System.Reflection;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli;

/// <summary>The tool from arguments to exit code; everything it says about failures is said here.</summary>
internal static class MltApplication
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext outside, CancellationToken cancel)
    {
        var context = outside with { Output = new PrintableWriter(outside.Output), Error = new PrintableWriter(outside.Error) };
        var root = CommandTree.Of(context);
        var asked = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (asked.Errors.Count > 0 || ParseErrors.HasMistypedOption(asked))
            return Complain(asked, context);
        try
        {
            return await asked.InvokeAsync(InvocationOf(context), cancel).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return Explain(failure, asked, context.Error);
        }
    }

    private static InvocationConfiguration InvocationOf(CommandContext context) => new()
    {
        Output = context.Output,
        Error = context.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    private static int Complain(ParseResult asked, CommandContext context)
    {
        var command = ParseErrors.FullName(asked.CommandResult.Command);
        foreach (var complaint in ParseErrors.Describe(asked))
            context.Error.WriteLine($"{command}: {complaint}");
        context.Error.WriteLine($"'{command} --help' says what can be asked.");
        return ExitCode.Usage;
    }

    private static int Explain(Exception failure, ParseResult asked, TextWriter words)
    {
        var command = ParseErrors.FullName(asked.CommandResult.Command);
        var cause = Cause(failure);
        words.WriteLine($"{command}: {(cause is OperationCanceledException ? "interrupted before there was anything to keep." : cause.Message)}");
        if (asked.GetValue(CommandTree.Verbose))
            words.WriteLine(failure);
        return cause is UsageException ? ExitCode.Usage : ExitCode.Failed;
    }

    // What wraps a failure on its way (tasks, reflection, type initializers) says nothing about it.
    private static Exception Cause(Exception failure) =>
        failure is AggregateException or TargetInvocationException or TypeInitializationException
        ? Cause(failure.InnerException ?? new InvalidOperationException(failure.Message))
        : failure;
}
