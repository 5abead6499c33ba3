namespace MLTransfer.Weights;

/// <summary>
/// How much memory one file may make us take, however it is built: eight times its length and a mebibyte. Compressed entries, entries that
/// overlap and tensors that repeat a storage are all paid for here, before the memory is taken.
/// </summary>
internal sealed class ReadBudget(long fileLength, WeightsErrors errors)
{
    private readonly long _limit = checked((fileLength * 8) + (1 << 20));
    private long _taken;

    /// <param name="bytes">How many bytes are about to be taken.</param>
    /// <param name="purpose">What for, such as "its entry 'data/0'".</param>
    /// <exception cref="WeightsException">It is more than is left, or more than one array can hold.</exception>
    public int Take(Int128 bytes, string purpose)
    {
        if (bytes < 0 || bytes > Array.MaxLength || bytes > _limit - _taken)
            throw errors.TooLarge($"{purpose} would take {bytes} bytes of memory, and the whole file has {fileLength}");
        _taken += (long)bytes;
        return (int)bytes;
    }
}
