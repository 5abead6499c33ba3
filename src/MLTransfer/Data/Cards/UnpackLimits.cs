namespace MLTransfer.Data.Cards;

/// <summary>How much an archive may bring.</summary>
/// <param name="Entries">The most entries.</param>
/// <param name="Bytes">The most bytes of all files together.</param>
internal sealed record UnpackLimits(int Entries, long Bytes)
{
    private const int MostEntries = 5_000_000;
    private const int LargestGrowth = 50;
    private const long Always = 64L << 20;

    /// <summary>Images hardly compress, and lists of them perhaps by a factor of ten.</summary>
    public static UnpackLimits For(long archiveBytes) => new(MostEntries, Always + (LargestGrowth * archiveBytes));
}
