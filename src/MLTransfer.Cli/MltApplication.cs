using System.CommandLine;
using System.Reflection;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli;

/// <summary>The tool from arguments to exit code; everything it says about failures is said here.</summary>
internal static class MltApplication
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, Surroundings outside, CancellationToken cancel)
    {
        var surroundings = outside with { Output = new PrintableWriter(outside.Output), Words = new PrintableWriter(outside.Words) };
        var root = CommandTree.Of(surroundings);
        var asked = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (asked.Errors.Count > 0 || Complaints.HasMistypedOption(asked))
            return Complain(asked, surroundings);
        try
        {
            return await asked.InvokeAsync(InvocationOf(surroundings), cancel).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return Explain(failure, asked, surroundings.Words);
        }
    }

    private static InvocationConfiguration InvocationOf(Surroundings surroundings) => new()
    {
        Output = surroundings.Output,
        Error = surroundings.Words,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    private static int Complain(ParseResult asked, Surroundings surroundings)
    {
        var command = Complaints.FullName(asked.CommandResult.Command);
        foreach (var complaint in Complaints.About(asked))
            surroundings.Words.WriteLine($"{command}: {complaint}");
        surroundings.Words.WriteLine($"'{command} --help' says what can be asked.");
        return ExitCode.AskedWrongly;
    }

    private static int Explain(Exception failure, ParseResult asked, TextWriter words)
    {
        var command = Complaints.FullName(asked.CommandResult.Command);
        var cause = Cause(failure);
        words.WriteLine($"{command}: {(cause is OperationCanceledException ? "interrupted before there was anything to keep." : cause.Message)}");
        if (asked.GetValue(CommandTree.Verbose))
            words.WriteLine(failure);
        return cause is UsageException ? ExitCode.AskedWrongly : ExitCode.Failed;
    }

    // What wraps a failure on its way (tasks, reflection, type initializers) says nothing about it.
    private static Exception Cause(Exception failure) =>
        failure is AggregateException or TargetInvocationException or TypeInitializationException
        ? Cause(failure.InnerException ?? new InvalidOperationException(failure.Message))
        : failure;
}
