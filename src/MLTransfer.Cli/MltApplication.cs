using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Native;

namespace MLTransfer.Cli;

/// <summary>Runs a command line, from its arguments to its exit code, and reports every failure.</summary>
internal static class MltApplication
{
    /// <summary>Runs with the streams and the environment of this process, interrupted by Ctrl-C and SIGTERM.</summary>
    /// <param name="createRoot">Creates the root command and all below it.</param>
    /// <param name="arguments">The command line, without the program.</param>
    internal static async Task<int> RunProcessAsync(Func<CommandContext, Command> createRoot, IReadOnlyList<string> arguments)
    {
        // Before there are other threads, which keep the memory that they began with.
        _ = Allocator.KeepsFreedMemory;
        using var interruption = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return await RunAsync(createRoot, arguments, CommandContext.FromProcess(), interruption.Token).ConfigureAwait(false);

        // The first signal asks the command to stop and save what it has; the second ends the process.
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = !interruption.IsCancellationRequested;
            interruption.Cancel();
        }
    }

    internal static async Task<int> RunAsync(
        Func<CommandContext, Command> createRoot, IReadOnlyList<string> arguments, CommandContext outside, CancellationToken cancel)
    {
        var context = outside with { Output = new PrintableWriter(outside.Output), Error = new PrintableWriter(outside.Error) };
        var parseResult = createRoot(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parseResult.Errors.Count > 0 || ParseErrors.HasMistypedOption(parseResult))
            return ReportParseErrors(parseResult, context.Error);
        var configuration = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parseResult.InvokeAsync(configuration, cancel).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return ReportFailure(failure, parseResult, context.Error);
        }
    }

    private static int ReportParseErrors(ParseResult parseResult, TextWriter error)
    {
        var command = ParseErrors.FullName(parseResult.CommandResult.Command);
        foreach (var sentence in ParseErrors.Describe(parseResult))
            error.WriteLine($"{command}: {sentence}");
        error.WriteLine($"Run '{command} --help' for usage.");
        return ExitCode.Usage;
    }

    private static int ReportFailure(Exception failure, ParseResult parseResult, TextWriter error)
    {
        var command = ParseErrors.FullName(parseResult.CommandResult.Command);
        var cause = Unwrap(failure);
        error.WriteLine($"{command}: {(cause is OperationCanceledException ? "interrupted; nothing was saved." : cause.Message)}");
        if (parseResult.GetValue(CommandTree.Verbose))
            error.WriteLine(failure);
        return cause is UsageException ? ExitCode.Usage : ExitCode.Failed;
    }

    // The wrappers that tasks, reflection and type initializers add say nothing about the failure.
    private static Exception Unwrap(Exception failure) =>
        failure is AggregateException or TargetInvocationException or TypeInitializationException
        ? Unwrap(failure.InnerException ?? new InvalidOperationException(failure.Message))
        : failure;
}
