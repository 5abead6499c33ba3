namespace MLTransfer.Files;

/// <summary>
/// Limits the memory that reading one file may allocate, whatever its content: sixteen times its length plus four mebibytes. Compressed
/// entries, overlapping entries and tensors that share a storage are all charged before the memory is allocated. Thread-safe.
/// </summary>
internal sealed class ReadBudget(long fileLength, FileErrors errors)
{
    private const int Factor = 16, Constant = 4 << 20;
    private readonly long _limit = checked((fileLength * Factor) + Constant);
    private readonly Lock _taking = new();
    private long _taken;

    /// <summary>Charges memory that is about to be allocated.</summary>
    /// <param name="bytes">The number of bytes.</param>
    /// <param name="purpose">What for, such as "its entry 'data/0'".</param>
    /// <exception cref="Exception">It is more than the rest of the budget, or more than one array can hold.</exception>
    public int Take(Int128 bytes, string purpose)
    {
        lock (_taking)
        {
            Check(bytes, _limit - _taken, purpose);
            _taken += (long)bytes;
        }
        return (int)bytes;
    }

    /// <summary>Refuses what would exceed the budget on its own.</summary>
    /// <exception cref="Exception">It is more than the whole budget, or more than one array can hold.</exception>
    public void Check(Int128 bytes, string purpose) => Check(bytes, _limit, purpose);

    private void Check(Int128 bytes, long left, string purpose)
    {
        if (bytes < 0 || bytes > Array.MaxLength || bytes > left)
            throw errors.Refused($"{purpose} would take {bytes} bytes of memory, and the whole file has {fileLength}");
    }
}
