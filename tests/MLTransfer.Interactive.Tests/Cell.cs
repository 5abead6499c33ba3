using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;

[assembly: CollectionBehavior(DisableTestParallelization = true)]   // The extension watches every training of the process.

namespace MLTransfer.Interactive.Tests;

/// <summary>A notebook with one cell, whose code is a delegate of the test.</summary>
internal sealed class Cell : IDisposable
{
    private readonly CompositeKernel _kernel;
    private readonly List<KernelEvent> _events = [];

    /// <param name="code">What the cell does.</param>
    public Cell(Action code)
    {
        _kernel = new CompositeKernel { new DelegateKernel(code) };
        _kernel.KernelEvents.Subscribe(new Observer(_events));
    }

    /// <summary>What the notebook got to hear.</summary>
    public IReadOnlyList<KernelEvent> Events => _events;

    /// <summary>Loads the extension, and runs the cell to its end or to that of <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        await NotebookExtension.LoadAsync(_kernel);
        await _kernel.SendAsync(new SubmitCode("cell", "delegate"));
    }

    /// <summary>Does what the stop button of Polyglot Notebooks does, which does not come from the cell that runs.</summary>
    public void Stop()
    {
        using (ExecutionContext.SuppressFlow()) _ = Task.Run(() => _kernel.SendAsync(new Cancel("delegate")));
    }

    public void Dispose() => _kernel.Dispose();

    private sealed class DelegateKernel(Action code) : Kernel("delegate"), IKernelCommandHandler<SubmitCode>
    {
        Task IKernelCommandHandler<SubmitCode>.HandleAsync(SubmitCode command, KernelInvocationContext context)
        {
            code();
            return Task.CompletedTask;
        }
    }

    private sealed class Observer(List<KernelEvent> events) : IObserver<KernelEvent>
    {
        public void OnNext(KernelEvent value)
        {
            lock (events) events.Add(value);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error) => throw error;
    }
}
