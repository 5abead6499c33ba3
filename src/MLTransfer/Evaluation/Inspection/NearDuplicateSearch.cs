namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Finds images that show the same. Two images do if their features are very similar, or if these are rather similar and 16 × 16 gray
/// pixels agree, as they are or mirrored. <c>docs/inspect.md</c> says how many altered copies it finds.
/// </summary>
/// <param name="neighbors">The nearest neighbors of each image.</param>
/// <param name="similarity">From which similarity of features on pixels need not agree.</param>
/// <param name="gray">The pixels of an image; null where they are too few, or cannot be read.</param>
/// <param name="cancel">Stops.</param>
internal sealed class NearDuplicateSearch(
    FeatureNeighbors neighbors, double similarity, Func<int, GrayLevels?> gray, CancellationToken cancel)
{
    private const double Candidate = 0.5, Correlation = 0.9;

    /// <summary>Groups of at least two images, each with the lowest similarity of the pairs that hold it together.</summary>
    internal IReadOnlyList<(int[] Images, double Similarity)> Groups()
    {
        var pairs = Pairs().ToArray();
        int[] compared = [.. pairs.Where(pair => pair.Similarity < similarity).SelectMany(pair => new[] { pair.One, pair.Other })
            .Distinct()];
        GrayLevels?[] pixels = new GrayLevels?[compared.Length];
        ParallelOptions parallel = new() { CancellationToken = cancel };
        Parallel.For(0, compared.Length, parallel, index => pixels[index] = gray(compared[index]));
        var levels = compared.Zip(pixels).ToDictionary(pair => pair.First, pair => pair.Second);
        var parent = new Dictionary<int, int>();
        var lowest = new Dictionary<int, double>();
        // The most similar first: they are what holds a group together.
        foreach (var pair in pairs.Where(pair => pair.Similarity >= similarity || Agree(levels[pair.One], levels[pair.Other]))
            .OrderByDescending(pair => pair.Similarity))
        {
            (int one, int other) = (Root(parent, pair.One), Root(parent, pair.Other));
            double low = Math.Min(pair.Similarity, Math.Min(lowest.GetValueOrDefault(one, 1), lowest.GetValueOrDefault(other, 1)));
            if (one == other) continue;
            parent[Math.Max(one, other)] = Math.Min(one, other);
            lowest[Math.Min(one, other)] = low;
        }

        return [.. parent.Keys.Concat(parent.Values).Distinct().Order().GroupBy(image => Root(parent, image))
            .Select(group => (group.ToArray(), lowest[group.Key]))];
    }

    private IEnumerable<(int One, int Other, double Similarity)> Pairs()
    {
        for (int place = 0; place < neighbors.Indices.Length; place++)
        {
            if (neighbors.Similarities[place] < Candidate) continue;
            // A group of more copies than an image has neighbors is held together by those that they share.
            yield return (place / neighbors.PerRow, (int)neighbors.Indices[place], neighbors.Similarities[place]);
        }
    }

    private static bool Agree(GrayLevels? one, GrayLevels? other) => one is not null && other is not null
        && (one.CorrelationWith(other) >= Correlation || one.CorrelationWith(other, mirrored: true) >= Correlation);

    private static int Root(Dictionary<int, int> parent, int image)
    {
        while (parent.TryGetValue(image, out int next)) image = next;
        return image;
    }
}
