using System.Collections.Concurrent;

namespace MLTransfer.Imaging;

/// <summary>The memory of batches, kept for the next epoch: pieces of one length.</summary>
internal sealed class BatchMemory(int length)
{
    private readonly ConcurrentStack<byte[]> _idle = [];

    internal byte[] Take() => _idle.TryPop(out byte[]? pixels) ? pixels : GC.AllocateUninitializedArray<byte>(length);

    internal void GiveBack(byte[] pixels) => _idle.Push(pixels);
}
