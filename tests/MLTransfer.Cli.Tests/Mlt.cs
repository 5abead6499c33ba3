using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests;

/// <summary>Runs the tool within the test's process.</summary>
internal static class Mlt
{
    internal static Task<Outcome> RunAsync(params string[] arguments) => RunAsync("", CancellationToken.None, arguments);

    internal static async Task<Outcome> RunAsync(string input, CancellationToken cancel, params string[] arguments)
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var words = new StringWriter();
        var surroundings = new Surroundings
        {
            Input = reader,
            Output = output,
            Words = TextWriter.Synchronized(words),
            CacheFolder = Path.Combine(Path.GetTempPath(), "mltransfer-cli-tests", "cache"),
        };
        var code = await MltApplication.RunAsync(arguments, surroundings, cancel);
        return new(code, output.ToString(), words.ToString());
    }
}
