namespace MLTransfer.Data;

/// <summary>Divides a data set so that every part has the same fraction of each class.</summary>
internal static class StratifiedSplit
{
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Holds out a random selection of the same fraction of every class. A class of at least two rows has at least one on either side; a
    /// class of one row is kept.
    /// </summary>
    /// <typeparam name="TLabel">The labels' type.</typeparam>
    /// <param name="labels">The label of each row.</param>
    /// <param name="fraction">The fraction to hold out, between 0 and 1.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <returns>The rows' indices, ascending: those kept and those held out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not between 0 and 1.</exception>
    public static (IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut) Stratified<TLabel>(
        IReadOnlyList<TLabel> labels, double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, $"The fraction to hold out is {fraction}; it must lie between 0 and 1, without the ends.");
        IReadOnlyList<IReadOnlyList<int>> parts = Stratified(labels, [1 - fraction, fraction], seed);
        return (parts[0], parts[1]);
    }

    /// <summary>
    /// Divides the rows of every class at random by the same fractions. A class with at least as many rows as there are parts gives each
    /// part at least one; of a smaller class, the first part has at least one.
    /// </summary>
    /// <typeparam name="TLabel">The labels' type.</typeparam>
    /// <param name="labels">The label of each row.</param>
    /// <param name="fractions">The fraction of each part, such as 0.8, 0.1 and 0.1: positive numbers whose sum is 1.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <returns>The rows' indices of each part, ascending; every row is in exactly one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A fraction is not positive, or their sum is not 1.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Stratified<TLabel>(
        IReadOnlyList<TLabel> labels, IReadOnlyList<double> fractions, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(fractions);
        if (fractions.Count == 0 || fractions.Any(fraction => !(fraction > 0)) || Math.Abs(fractions.Sum() - 1) > Tolerance)
            throw new ArgumentOutOfRangeException(
                nameof(fractions), $"The fractions are {string.Join(", ", fractions)}; they must be positive numbers whose sum is 1, "
                    + "such as 0.8, 0.1 and 0.1.");
        return Parts(labels.Count, fractions.Count, (random, part) =>
        {
            foreach (int[] rows in Classes(labels, random))
            {
                int next = 0;
                int[] sizes = Sizes(rows.Length, fractions);
                for (int index = sizes.Length - 1; index >= 0; next += sizes[index--])
                    Array.ForEach(rows[next..(next + sizes[index])], row => part[row] = index);
            }
        }, seed);
    }

    /// <summary>
    /// Divides the rows into folds of nearly the same size with the same fraction of each class, for cross-validation: each row is held out
    /// exactly once.
    /// </summary>
    /// <typeparam name="TLabel">The labels' type.</typeparam>
    /// <param name="labels">The label of each row.</param>
    /// <param name="folds">The number of folds, from 2 to the number of rows.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <returns>For each fold the rows' indices, ascending: those to train on and those held out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than rows.</exception>
    public static IReadOnlyList<(IReadOnlyList<int> Kept, IReadOnlyList<int> HeldOut)> Folds<TLabel>(
        IReadOnlyList<TLabel> labels, int folds, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (folds < 2 || folds > labels.Count)
            throw new ArgumentOutOfRangeException(
                nameof(folds), folds, $"There are {folds} folds; it must be at least 2 and at most {labels.Count}, the number of rows.");
        List<int>[] heldOut = Parts(labels.Count, folds, (random, part) =>
        {
            // Rows are dealt round robin, each class continuing where the previous one ended, so that fold sizes differ by at most one.
            int fold = 0;
            foreach (int row in Classes(labels, random).SelectMany(rows => rows))
                part[row] = fold++ % folds;
        }, seed);
        return [.. heldOut.Select((rows, fold) =>
            (Kept: (IReadOnlyList<int>)[.. heldOut.Where((_, other) => other != fold).SelectMany(others => others).Order()], rows))];
    }

    /// <summary>Selects at most a given number of rows of each class at random.</summary>
    /// <typeparam name="TLabel">The labels' type.</typeparam>
    /// <param name="labels">The label of each row.</param>
    /// <param name="perClass">The largest number of rows of one class, at least 1.</param>
    /// <param name="seed">The same seed selects the same rows.</param>
    /// <returns>The indices of the selected rows, ascending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public static IReadOnlyList<int> Limited<TLabel>(IReadOnlyList<TLabel> labels, int perClass, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        return [.. Classes(labels, new Random(seed)).SelectMany(rows => rows.Take(perClass)).Order()];
    }

    private static List<int>[] Parts(int rows, int parts, Action<Random, int[]> assign, int seed)
    {
        int[] part = new int[rows];
        assign(new Random(seed), part);
        var lists = Enumerable.Range(0, parts).Select(_ => new List<int>()).ToArray();
        for (int row = 0; row < rows; row++)
            lists[part[row]].Add(row);
        return lists;
    }

    /// <summary>The shuffled rows of each class, in order of first appearance.</summary>
    private static IEnumerable<int[]> Classes<TLabel>(IReadOnlyList<TLabel> labels, Random random)
    {
        foreach (IGrouping<TLabel, int> group in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            int[] rows = [.. group];
            random.Shuffle(rows);
            yield return rows;
        }
    }

    /// <summary>Divides a count by the largest-remainder method, then fills empty parts where there are enough rows.</summary>
    private static int[] Sizes(int count, IReadOnlyList<double> fractions)
    {
        // The tolerance keeps rounding errors from pushing a product such as 0.1 × 30 below its integer.
        int[] sizes = [.. fractions.Select(fraction => (int)Math.Floor((fraction * count) + Tolerance))];
        int left = count - sizes.Sum();
        foreach (int part in Enumerable.Range(0, sizes.Length)
            .OrderByDescending(part => Math.Round((fractions[part] * count) - sizes[part], 6)).Take(left))
            sizes[part]++;
        for (int part = 0; part < (count >= sizes.Length ? sizes.Length : 1); part++)
        {
            if (sizes[part] > 0)
                continue;
            sizes[Array.IndexOf(sizes, sizes.Max())]--;
            sizes[part]++;
        }
        return sizes;
    }
}

/// <summary>The common names of splits.</summary>
internal static class SplitNames
{
    /// <summary>The split to train on.</summary>
    public const string Train = "train";

    /// <summary>The split that selects the best epoch.</summary>
    public const string Validation = "val";

    /// <summary>The split that measures the finished model.</summary>
    public const string Test = "test";

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Train,
        ["training"] = Train,
        ["trainval"] = Train,
        ["val"] = Validation,
        ["valid"] = Validation,
        ["validation"] = Validation,
        ["dev"] = Validation,
        ["test"] = Test,
        ["testing"] = Test,
    };

    /// <summary>
    /// Whether a name is a common one, in any case: train, training, trainval, val, valid, validation, dev, test, testing.
    /// </summary>
    /// <param name="name">A name.</param>
    public static bool IsKnown(string name) => Known.ContainsKey(name);

    /// <summary><c>train</c>, <c>val</c> or <c>test</c> for their synonyms; any other name unchanged.</summary>
    /// <param name="name">A name.</param>
    public static string Normalize(string name) => Known.GetValueOrDefault(name, name);

    /// <summary>Training first, then validation, then tests, then all others by name.</summary>
    internal static IReadOnlyList<string> Ordered(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal)];

    private static int Rank(string name) => name switch { Train => 0, Validation => 1, Test => 2, _ => 3 };
}
