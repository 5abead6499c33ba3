using System.CommandLine;
using System.Diagnostics;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Benchmarks;

/// <summary>A Python process that answers each line with a line, so that both sides can be timed in turns.</summary>
internal sealed class PythonPeer(string python, string script, MallocSettings malloc, params string[] arguments) : IDisposable
{
    private const string Default = "/usr/bin/python3";

    private readonly Process _process = Process.Start(malloc.Applied(new(python, ["-c", script, .. arguments])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    }))!;

    internal static Option<string?> Option() => CliOption.Text(
        "--python", "FILE", $"The Python that has torch and torchvision. [default: {Default}]");

    /// <exception cref="UsageException">There is no such file.</exception>
    internal static string Find(string? python) => Paths.ExistingFile("--python", python ?? Default);

    internal async Task<string> AskAsync(string line, CancellationToken cancel)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancel).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
        return await AnswerAsync(cancel).ConfigureAwait(false);
    }

    internal async Task<string> AnswerAsync(CancellationToken cancel) =>
        await _process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false)
        ?? throw new InvalidOperationException(
            $"The Python process failed:{Environment.NewLine}"
            + await _process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

/// <summary>The median of some measurements: of an even number, the mean of the two in the middle.</summary>
internal static class Median
{
    internal static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
