namespace MLTransfer.Data;

/// <summary>Divides a data set in two.</summary>
public static class Split
{
    /// <summary>
    /// Holds out the same fraction of every class, chosen by chance. A class of at least two keeps at least one on either side;
    /// a class of one is kept.
    /// </summary>
    /// <typeparam name="TLabel">The labels' type.</typeparam>
    /// <param name="labels">The label of each row.</param>
    /// <param name="fraction">The part to hold out, between 0 and 1.</param>
    /// <param name="seed">Decides which rows: the same seed, the same rows.</param>
    /// <returns>The rows' indices, ascending: those kept and those held out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction does not lie between 0 and 1.</exception>
    public static (IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut) Stratified<TLabel>(IReadOnlyList<TLabel> labels, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, $"The fraction to hold out is {fraction}; it must lie between 0 and 1, without the ends.");
        Random random = new(seed);
        bool[] isHeldOut = new bool[labels.Count];
        foreach (IGrouping<TLabel, int> group in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            int[] rows = [.. group];
            random.Shuffle(rows);
            int count = rows.Length < 2 ? 0 : Math.Clamp((int)Math.Round(rows.Length * fraction), 1, rows.Length - 1);
            foreach (int row in rows.AsSpan(0, count))
                isHeldOut[row] = true;
        }
        return (Rows(held: false), Rows(held: true));

        int[] Rows(bool held) => [.. Enumerable.Range(0, isHeldOut.Length).Where(row => isHeldOut[row] == held)];
    }
}
