namespace MLTransfer.Data;

/// <summary>The randomness of an epoch: a function of seed and epoch alone, so that a resumed training repeats it.</summary>
internal static class EpochRandom
{
    public static Random Create(int seed, int epoch) => new(unchecked((seed * 1_000_003) + epoch));
}

/// <summary>Epoch orders in which every class appears equally often.</summary>
internal static class ClassSampling
{
    /// <summary>
    /// Draws as many rows as there are, equally many of each class (to within one). Of a frequent class a different subset is drawn in each
    /// epoch; each row of a rare class is drawn several times, to within one equally often.
    /// </summary>
    /// <param name="classes">The class of each row.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The indices of the rows, shuffled.</returns>
    public static int[] Balanced(IReadOnlyList<int> classes, int seed, int epoch)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int[][] rows = [.. Enumerable.Range(0, classes.Count).GroupBy(row => classes[row]).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        var random = EpochRandom.Create(seed, epoch);
        var order = new List<int>(classes.Count);
        for (int index = 0; index < rows.Length; index++)
        {
            // The classes that receive the remainder rotate with the epoch.
            int rest = (index + epoch) % rows.Length < classes.Count % rows.Length ? 1 : 0;
            Draw(rows[index], (classes.Count / rows.Length) + rest, random, order);
        }
        int[] shuffled = [.. order];
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static void Draw(int[] rows, int count, Random random, List<int> order)
    {
        for (int left = count; left > 0; left -= rows.Length)
        {
            random.Shuffle(rows);
            order.AddRange(rows.Take(left));
        }
    }
}
