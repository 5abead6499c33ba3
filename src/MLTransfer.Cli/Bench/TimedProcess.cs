using System.Diagnostics;
using System.Text.Json;

namespace MLTransfer.Cli.Bench;

/// <summary>Runs a program that prints a JSON document, and takes the time from its start to its exit.</summary>
internal static class TimedProcess
{
    internal static async Task<(double Seconds, JsonElement Document)> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var words = await process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            var seconds = clock.Elapsed.TotalSeconds;
            return process.ExitCode == 0
                ? (seconds, Parse(await output.ConfigureAwait(false)))
                : throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', arguments)}' failed with exit code "
                    + $"{process.ExitCode}:{Environment.NewLine}{words.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    // A library may have printed something before the document.
    private static JsonElement Parse(string output) =>
        JsonDocument.Parse(output[Math.Max(0, output.IndexOf('{', StringComparison.Ordinal))..]).RootElement;
}
