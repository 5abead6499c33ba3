using System.Diagnostics;

namespace MLTransfer.Cli.Bench;

/// <summary>A Python program that answers each line it is sent with a line, so that both sides can be timed in turns.</summary>
internal sealed class PythonPeer(string python, string script, params string[] arguments) : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo(python, ["-c", script, .. arguments])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    internal async Task<string> AskAsync(string line, CancellationToken cancel)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancel).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
        return await AnswerAsync(cancel).ConfigureAwait(false);
    }

    internal async Task<string> AnswerAsync(CancellationToken cancel) =>
        await _process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false)
        ?? throw new InvalidOperationException(
            $"The reference in Python "
            + $"failed:{Environment.NewLine}{await _process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false)}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
