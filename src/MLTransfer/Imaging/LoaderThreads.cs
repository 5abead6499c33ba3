namespace MLTransfer.Imaging;

/// <summary>
/// Runs each task on a thread of its own, which then waits a while for another one: the runtime keeps borrowed memory by thread, and what a
/// thread had at the end of one epoch would be lost to the next.
/// </summary>
internal sealed class LoaderThreads : TaskScheduler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly object _gate = new();
    private readonly Queue<Task> _waiting = [];
    private int _idle;

    internal static LoaderThreads Instance { get; } = new();

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _waiting.Enqueue(task);
            if (_waiting.Count > _idle)
                new Thread(Work) { IsBackground = true, Name = "MLTransfer loader" }.Start();
            else
                Monitor.Pulse(_gate);
        }
    }

    // Each task waits for images to be taken: inline, whoever waits for it would wait for himself.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return [.. _waiting];
    }

    private void Work()
    {
        while (Next() is { } task)
            TryExecuteTask(task);
    }

    private Task? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (_waiting.Count == 0 && Monitor.Wait(_gate, Patience))
            {
            }
            _idle--;
            return _waiting.TryDequeue(out Task? task) ? task : null;
        }
    }
}
