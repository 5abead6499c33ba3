namespace MLTransfer.Data;

/// <summary>Orders of an epoch in which every class comes equally often.</summary>
public static class ClassSampling
{
    /// <summary>
    /// As many draws as there are rows, the same number of each class (to one). Of a frequent class a part is drawn, another in every
    /// epoch;
    /// of a rare one each row comes several times, and none once more than another before all have come.
    /// </summary>
    /// <param name="classes">The class of each row.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <returns>Rows' indices, shuffled.</returns>
    public static int[] Balanced(IReadOnlyList<int> classes, int seed, int epoch)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int[][] rows = [.. Enumerable.Range(0, classes.Count).GroupBy(row => classes[row]).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        var random = new Random(unchecked((seed * 1_000_003) + epoch));
        var order = new List<int>(classes.Count);
        for (int index = 0; index < rows.Length; index++)
        {
            // Who gets the rest of the division changes with the epoch.
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
