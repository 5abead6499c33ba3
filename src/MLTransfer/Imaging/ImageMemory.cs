namespace MLTransfer.Imaging;

/// <summary>
/// How much memory decoded images may take that loaders keep for the next epoch; several loaders may share it. Batches are the same with
/// and without. An image that does not fit any more is decoded anew each time.
/// </summary>
public sealed class ImageMemory
{
    private long _left;

    /// <summary>Sets the limit.</summary>
    /// <param name="bytes">Bytes of pixels, three for each; 0: nothing is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public ImageMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _left = bytes;
    }

    /// <summary>Bytes that are still free.</summary>
    public long Left => Interlocked.Read(ref _left);

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
            return true;
        GiveBack(bytes);
        return false;
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _left, bytes);
}
