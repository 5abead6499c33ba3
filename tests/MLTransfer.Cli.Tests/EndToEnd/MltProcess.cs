using System.Diagnostics;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>The tool as a process of its own, for what only a process can show: signals and being killed.</summary>
internal sealed class MltProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _words = [];
    private readonly TaskCompletionSource _saidIt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="signal">What it must say on standard error before <see cref="HasSaidItAsync"/> is done.</param>
    internal MltProcess(string signal, params string[] arguments) : this(signal, null, arguments)
    {
    }

    /// <param name="signal">What it must say on standard error before <see cref="HasSaidItAsync"/> is done.</param>
    /// <param name="cache">What XDG_CACHE_HOME is to be; null: what it is here.</param>
    /// <param name="arguments">What it is asked.</param>
    internal MltProcess(string signal, DirectoryInfo? cache, string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "mlt.dll"), .. arguments])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true
            },
        };
        if (cache is not null)
            _process.StartInfo.Environment["XDG_CACHE_HOME"] = cache.FullName;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, signal);
        _process.Exited += (_, _) => _saidIt.TrySetException(new InvalidOperationException($"It ended early. {Error}"));
        _process.EnableRaisingEvents = true;
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    internal string Error
    {
        get
        {
            lock (_words)
                return string.Join('\n', _words);
        }
    }

    internal Task HasSaidItAsync() => _saidIt.Task.WaitAsync(TimeSpan.FromMinutes(1));

    internal void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    internal void Kill() => _process.Kill();

    internal async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Hear(string? line, string signal)
    {
        if (line is null)
            return;
        lock (_words)
            _words.Add(line);
        if (line.Contains(signal, StringComparison.Ordinal))
            _saidIt.TrySetResult();
    }
}
