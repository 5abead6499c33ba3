namespace MLTransfer.Data;

/// <summary>Weights of classes in the loss, so that frequent classes do not dominate rare ones.</summary>
internal static class ClassWeights
{
    /// <summary>
    /// All classes weigh the same in total: n / (k · n_c), as scikit-learn's <c>balanced</c>. A class without images has weight 0.
    /// </summary>
    /// <param name="counts">The number of images of each class.</param>
    /// <returns>The weight of each class; 1 where all have the same count.</returns>
    public static double[] Balanced(IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        double all = counts.Sum(count => (long)count);
        int present = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 0 : all / (present * (double)count))];
    }

    /// <summary>
    /// Inverse to the effective number of images, (1 − β^n) / (1 − β), which grows slowly for classes with many images (Cui et al.
    /// 2019, https://arxiv.org/abs/1901.05555). Between no weights (β = 0) and <see cref="Balanced"/> (β → 1).
    /// </summary>
    /// <param name="counts">The number of images of each class.</param>
    /// <param name="beta">At least 0 and below 1, such as 0.999.</param>
    /// <returns>The weight of each class; their sum is the number of classes that have images.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is below 0, or 1 or more.</exception>
    public static double[] EffectiveNumber(IReadOnlyList<int> counts, double beta)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (!(beta is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"beta is {beta}; it must be at least 0 and below 1, such as 0.999.");
        double[] weights = [.. counts.Select(count => count == 0 ? 0 : (1 - beta) / (1 - Math.Pow(beta, count)))];
        double scale = weights.Count(weight => weight > 0) / weights.Sum();
        return [.. weights.Select(weight => weight * scale)];
    }

    /// <summary>Counts the rows of each class.</summary>
    /// <param name="classes">The class of each row, from 0 on.</param>
    /// <param name="count">The number of classes.</param>
    public static int[] Counts(IReadOnlyList<int> classes, int count)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int[] counts = new int[count];
        foreach (int index in classes)
            counts[index]++;
        return counts;
    }
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
        var random = new Random(unchecked((seed * 1_000_003) + epoch));
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
