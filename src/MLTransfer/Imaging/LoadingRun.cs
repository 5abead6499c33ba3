using System.Runtime.ExceptionServices;

namespace MLTransfer.Imaging;

/// <summary>Prepares the image at a position of the order in the memory given; says why when it cannot.</summary>
internal delegate SkippedImage? PrepareOne(int position, Span<byte> target);

/// <summary>
/// One enumeration: threads claim positions of the order one by one and write into the ring of batches, but never so far ahead
/// that a batch still in use would be overwritten. One lock guards everything but the pixels.
/// </summary>
internal sealed class LoadingRun : IDisposable
{
    // More where batches are so small that the threads would run dry.
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

    /// <summary>Gives the oldest batch taken back to be overwritten.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            _ring[_released % _ring.Length].Reset(LengthOf(_released + _ring.Length));
            _released++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Makes everyone who waits look again.</summary>
    internal void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Ends the threads; each finishes the image it is at.</summary>
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
                SkippedImage? skipped = _prepare(position, slot.Row(row));
                Finish(slot, row, skipped);
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

    private void Finish(BatchSlot slot, int row, SkippedImage? skipped)
    {
        lock (_gate)
        {
            if (slot.Finish(row, skipped))
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
