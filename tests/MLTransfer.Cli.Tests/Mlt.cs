using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests;

/// <summary>Runs the tool within the test's process.</summary>
internal static class Mlt
{
    internal static Task<Outcome> RunAsync(params string[] arguments) => RunAsync("", CancellationToken.None, arguments);

    internal static Task<Outcome> RunAsync(string input, CancellationToken cancel, params string[] arguments) =>
        RunAsync(input, Path.Combine(Path.GetTempPath(), "mltransfer-cli-tests", "cache"), arguments, cancel);

    /// <summary>With a cache of its own.</summary>
    internal static Task<Outcome> RunInAsync(string? cacheFolder, params string[] arguments) =>
        RunAsync("", cacheFolder, arguments, CancellationToken.None);

    private static async Task<Outcome> RunAsync(string input, string? cacheFolder, string[] arguments, CancellationToken cancel)
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
            // Nothing answers there: no test downloads from elsewhere than its own server.
            Variable = name => name == WeightStoreOptions.MirrorVariable ? "http://127.0.0.1:9/" : null,
            Home = Path.Combine(Path.GetTempPath(), "mltransfer-cli-tests", "home"),
        };
        var code = await MltApplication.RunAsync(arguments, context, cancel);
        return new(code, output.ToString(), words.ToString());
    }
}
