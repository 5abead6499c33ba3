using System.Diagnostics;
using System.Text.Json;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>A whole process.</summary>
/// <param name="Seconds">From its start to its exit.</param>
/// <param name="PeakMemory">The largest resident memory, in MiB.</param>
/// <param name="Answer">The JSON document that it printed.</param>
internal sealed record ProcessFigures(double Seconds, double PeakMemory, JsonElement Answer)
{
    /// <summary>A number of the answer.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    internal double Number(string name) => Answer.TryGetProperty(name, out var number)
        ? number.GetDouble()
        : throw new InvalidDataException($"The answer has no '{name}': {Answer}");
}

/// <summary>Runs a program that prints a JSON document, and measures the time from its start to its exit, and its memory.</summary>
internal static class TimedProcess
{
    // The system keeps the peak until the process has ended, so that what is missed is what the last moment adds.
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(20);

    internal static Task<ProcessFigures> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel) =>
        RunAsync(program, arguments, MallocSettings.Default, cancel);

    internal static async Task<ProcessFigures> RunAsync(
        string program, IReadOnlyList<string> arguments, MallocSettings malloc, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(
            malloc.Applied(new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }))!;
        try
        {
            var memory = PeakMemoryAsync(process, cancel);
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = await process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            var seconds = clock.Elapsed.TotalSeconds;
            return process.ExitCode == 0
                ? new(seconds, await memory.ConfigureAwait(false), Parse(await output.ConfigureAwait(false)))
                : throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', arguments)}' failed with exit code "
                    + $"{process.ExitCode}:{Environment.NewLine}{errors.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task<double> PeakMemoryAsync(Process process, CancellationToken cancel)
    {
        var peak = 0L;
        while (!process.HasExited)
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            // It has just ended.
            catch (InvalidOperationException)
            {
                break;
            }
            await Task.Delay(MemoryInterval, cancel).ConfigureAwait(false);
        }
        return peak / 1048576.0;
    }

    // A library may print something before the document.
    private static JsonElement Parse(string output) =>
        JsonDocument.Parse(output[Math.Max(0, output.IndexOfAny(['{', '[']))..]).RootElement;
}
