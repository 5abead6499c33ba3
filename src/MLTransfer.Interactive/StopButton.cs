using System.Runtime.InteropServices;

namespace MLTransfer.Interactive;

/// <summary>The stop button of a notebook.</summary>
/// <remarks>
/// Polyglot Notebooks cancel the running cell. Jupyter sends the kernel's process an interrupt, at which its host ends the process: while
/// something of MLTransfer runs, it is stopped instead.
/// </remarks>
internal static class StopButton
{
    private static readonly Lock Pressing = new();
    private static readonly List<Press> Watched = [];
    private static PosixSignalRegistration? _interrupts;

    /// <summary>Makes an interrupt of the process stop what runs, if something does.</summary>
    internal static void HandleInterrupts()
    {
        // Jupyter on Windows does not send signals.
        if (OperatingSystem.IsWindows()) return;
        lock (Pressing)
            _interrupts ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupted);
    }

    /// <summary>Something that runs from now on until it is disposed.</summary>
    /// <param name="cell">What the notebook cancels.</param>
    internal static Press Watch(CancellationToken cell)
    {
        var press = new Press(cell);
        lock (Pressing) Watched.Add(press);
        return press;
    }

    /// <summary>Stops all that runs.</summary>
    /// <returns>Whether something did.</returns>
    internal static bool StopAll()
    {
        lock (Pressing)
        {
            foreach (Press press in Watched) press.Down();
            return Watched.Count > 0;
        }
    }

    // Handlers of a signal are called one after the other on a thread of their own, the latest first: as long as this one does not return,
    // the host does not hear of the interrupt and does not end the process. The thread costs nothing but its stack.
    private static void Interrupted(PosixSignalContext context)
    {
        if (!StopAll()) return;
        context.Cancel = true;
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>One run that can be stopped.</summary>
    internal sealed class Press : IDisposable
    {
        private readonly CancellationTokenSource _source;

        internal Press(CancellationToken cell) => _source = CancellationTokenSource.CreateLinkedTokenSource(cell);

        internal CancellationToken Token => _source.Token;

        internal void Down() => _source.Cancel();

        public void Dispose()
        {
            lock (Pressing) Watched.Remove(this);
            _source.Dispose();
        }
    }
}
