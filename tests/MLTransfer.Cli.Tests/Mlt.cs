using System.CommandLine;
using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests;

/// <summary>Runs the tool within the test's process.</summary>
internal static class Mlt
{
    private static readonly string DefaultCache = Path.Combine(Path.GetTempPath(), "mltransfer-cli-tests", "cache");

    internal static Task<Outcome> RunAsync(params string[] arguments) => RunAsync("", CancellationToken.None, arguments);

    internal static Task<Outcome> RunAsync(string input, CancellationToken cancel, params string[] arguments) =>
        RunAsync(CommandTree.Create, input, DefaultCache, arguments, cancel);

    /// <summary>With a cache of its own.</summary>
    internal static Task<Outcome> RunInAsync(string? cacheFolder, params string[] arguments) =>
        RunAsync(CommandTree.Create, "", cacheFolder, arguments, CancellationToken.None);

    /// <summary>Runs another program that is made of the same parts.</summary>
    internal static Task<Outcome> RunAsync(Func<CommandContext, Command> createRoot, params string[] arguments) =>
        RunAsync(createRoot, "", DefaultCache, arguments, CancellationToken.None);

    private static async Task<Outcome> RunAsync(
        Func<CommandContext, Command> createRoot, string input, string? cacheFolder, string[] arguments, CancellationToken cancel)
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var words = new StringWriter();
        var context = new CommandContext
        {
            Input = reader,
            Output = output,
            Error = TextWriter.Synchronized(words),
            CacheFolder = cacheFolder,
            // No server listens there: tests download only from servers of their own.
            Variable = name => name == WeightStoreOptions.MirrorVariable ? "http://127.0.0.1:9/" : null,
            Home = Path.Combine(Path.GetTempPath(), "mltransfer-cli-tests", "home"),
        };
        var code = await MltApplication.RunAsync(createRoot, arguments, context, cancel);
        return new(code, output.ToString(), words.ToString());
    }
}

/// <summary>The result of a run of the tool: exit code, standard output and standard error.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>Standard output, which is one JSON document.</summary>
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;

    internal void AssertSuccess() => Assert.True(Code == ExitCode.Done, Error);
}
