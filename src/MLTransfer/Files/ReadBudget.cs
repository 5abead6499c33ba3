namespace MLTransfer.Files;

/// <summary>
/// How much memory one file may make us take, however it is built: sixteen times its length and four mebibytes. Compressed entries,
/// entries that
/// overlap and tensors that repeat a storage are all paid for here, before the memory is taken. Several threads may take at once.
/// </summary>
internal sealed class ReadBudget(long fileLength, FileErrors errors)
{
    private const int Factor = 16, Constant = 4 << 20;
    private readonly long _limit = checked((fileLength * Factor) + Constant);
    private readonly Lock _taking = new();
    private long _taken;

    /// <summary>Takes memory.</summary>
    /// <param name="bytes">How many bytes are about to be taken.</param>
    /// <param name="purpose">What for, such as "its entry 'data/0'".</param>
    /// <exception cref="Exception">It is more than is left, or more than one array can hold.</exception>
    public int Take(Int128 bytes, string purpose)
    {
        lock (_taking)
        {
            Check(bytes, _limit - _taken, purpose);
            _taken += (long)bytes;
        }
        return (int)bytes;
    }

    /// <summary>Refuses what could not be taken even if nothing else were.</summary>
    /// <exception cref="Exception">It is more than the whole budget, or more than one array can hold.</exception>
    public void Check(Int128 bytes, string purpose) => Check(bytes, _limit, purpose);

    private void Check(Int128 bytes, long left, string purpose)
    {
        if (bytes < 0 || bytes > Array.MaxLength || bytes > left)
            throw errors.Refused($"{purpose} would take {bytes} bytes of memory, and the whole file has {fileLength}");
    }
}
