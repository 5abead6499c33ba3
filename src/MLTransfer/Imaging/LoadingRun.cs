using System.Runtime.ExceptionServices;

namespace MLTransfer.Imaging;

/// <summary>Prepares the image at a position of the order in the target.</summary>
internal delegate PreparedImage PrepareOne(int position, Span<byte> target);

/// <summary>What became of an image of a batch.</summary>
/// <param name="Skipped">Why it cannot be used; null where it can.</param>
/// <param name="IsKnown">Whether its pixels are not needed.</param>
internal readonly record struct PreparedImage(SkippedImage? Skipped = null, bool IsKnown = false);

/// <summary>
/// One enumeration: threads claim positions of the order one by one and write into a ring of batches, but never so far ahead that a batch
/// still in use would be overwritten. One lock guards everything but the pixels.
/// </summary>
internal sealed class LoadingRun : IDisposable
{
    // The minimum; small batches need more to keep all threads busy.
    private const int BatchesAhead = 2;

    private readonly object _gate = new();
    private readonly IReadOnlyList<int> _order;
    private readonly ImageDimensions _size;
    private readonly PrepareOne _prepare;
    private readonly BatchMemory _memory;
    private readonly int _batchSize;
    private readonly BatchSlot[] _ring;
    private readonly Task[] _threads;
    private int _next;
    private int _released;
    private bool _ended;
    private ExceptionDispatchInfo? _failure;

    internal LoadingRun(IReadOnlyList<int> order, ImageDimensions size, PrepareOne prepare, BatchMemory memory, int threads, int batchSize)
    {
        (_order, _size, _prepare, _memory, _batchSize) = (order, size, prepare, memory, batchSize);
        BatchCount = (order.Count + _batchSize - 1) / _batchSize;
        int ahead = Math.Max(BatchesAhead, (2 * threads + _batchSize - 1) / _batchSize);
        _ring = new BatchSlot[Math.Min(ahead + 1, BatchCount)];
        for (int i = 0; i < _ring.Length; i++)
            _ring[i] = new BatchSlot(memory.Take(), _batchSize, LengthOf(i));
        _threads = new Task[Math.Min(threads, order.Count)];
        for (int i = 0; i < _threads.Length; i++)
            _threads[i] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.None, LoaderThreads.Instance);
    }

    internal int BatchCount { get; }

    /// <summary>Waits for a batch.</summary>
    internal ImageBatch Take(int batch, CancellationToken cancellation)
    {
        BatchSlot slot = _ring[batch % _ring.Length];
        lock (_gate)
        {
            while (!cancellation.IsCancellationRequested && _failure is null && slot.Missing > 0)
                Monitor.Wait(_gate);
            cancellation.ThrowIfCancellationRequested();
            _failure?.Throw();
        }
        int first = batch * _batchSize;
        return slot.ToBatch(Enumerable.Range(first, LengthOf(batch)).Select(position => _order[position]), _size);
    }

    /// <summary>Returns the oldest batch taken, to be overwritten.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            _ring[_released % _ring.Length].Reset(LengthOf(_released + _ring.Length));
            _released++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Wakes all waiting threads, to see a cancellation.</summary>
    internal void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Ends the threads; each finishes its current image.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
        Task.WaitAll(_threads);
        foreach (BatchSlot slot in _ring)
            _memory.GiveBack(slot.Pixels);
    }

    private int LengthOf(int batch) => Math.Clamp(_order.Count - batch * _batchSize, 0, _batchSize);

    private void Work()
    {
        while (TryClaim(out int position))
        {
            BatchSlot slot = _ring[position / _batchSize % _ring.Length];
            int row = position % _batchSize;
            try
            {
                PreparedImage prepared = _prepare(position, slot.Row(row));
                Finish(slot, row, prepared);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }
    }

    private bool TryClaim(out int position)
    {
        lock (_gate)
        {
            while (!_ended && _next < _order.Count && _next / _batchSize >= _released + _ring.Length)
                Monitor.Wait(_gate);
            position = _next;
            if (_ended || _next >= _order.Count)
                return false;
            _next++;
            return true;
        }
    }

    private void Finish(BatchSlot slot, int row, PreparedImage prepared)
    {
        lock (_gate)
        {
            if (slot.Finish(row, prepared))
                Monitor.PulseAll(_gate);
        }
    }

    private void Fail(Exception exception)
    {
        lock (_gate)
        {
            _failure ??= ExceptionDispatchInfo.Capture(exception);
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }
}

/// <summary>One batch of the ring while it is filled.</summary>
internal sealed class BatchSlot(byte[] pixels, int batchSize, int count)
{
    private readonly int _rowLength = pixels.Length / batchSize;
    private readonly PreparedImage[] _prepared = new PreparedImage[batchSize];

    /// <summary>Images still missing.</summary>
    internal int Missing { get; private set; } = count;

    internal byte[] Pixels => pixels;

    internal Span<byte> Row(int row) => pixels.AsSpan(row * _rowLength, _rowLength);

    internal void Reset(int length) => Missing = length;

    /// <returns>Whether it was the last missing one.</returns>
    internal bool Finish(int row, PreparedImage prepared)
    {
        _prepared[row] = prepared;
        return --Missing == 0;
    }

    /// <summary>The finished batch, with the gaps of skipped and known images closed.</summary>
    internal ImageBatch ToBatch(IEnumerable<int> order, ImageDimensions size)
    {
        List<int> indices = new(batchSize);
        List<SkippedImage> skips = [];
        List<int> known = [];
        int row = 0;
        foreach (int index in order)
        {
            if (_prepared[row].Skipped is { } skip)
            {
                skips.Add(skip);
            }
            else if (_prepared[row].IsKnown)
            {
                known.Add(index);
            }
            else
            {
                if (indices.Count < row)
                    Row(row).CopyTo(Row(indices.Count));
                indices.Add(index);
            }
            row++;
        }
        return new ImageBatch(pixels, size, indices, skips) { Known = known };
    }
}

/// <summary>
/// Runs each task on a thread of its own, which then waits a while for the next one: the runtime caches rented memory per thread, so new
/// threads in each epoch would rent it again.
/// </summary>
internal sealed class LoaderThreads : TaskScheduler
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

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

    // Never inline: the waiting thread would deadlock on itself.
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
            while (_waiting.Count == 0 && Monitor.Wait(_gate, IdleTime))
            {
            }
            _idle--;
            return _waiting.TryDequeue(out Task? task) ? task : null;
        }
    }
}
