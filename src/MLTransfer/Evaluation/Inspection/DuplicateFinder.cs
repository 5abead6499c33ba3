using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Finds images that are the same file or look the same. What that means depends on their labels and splits.</summary>
internal sealed class DuplicateFinder(InspectedImage[] images, InspectionOptions options, CancellationToken cancel)
{
    // Plain backgrounds put thousands of images into one bucket; there, only those close to each other by hash are compared.
    private const int MostNeighbors = 1000;

    internal IEnumerable<DatasetProblem> Problems()
    {
        InspectedImage[][] files = [.. images.GroupBy(image => image.ContentHash, StringComparer.Ordinal).Select(group => group.ToArray())];
        // Images of one color look the same without being copies, and so do many tiny ones, such as digits.
        InspectedImage[] different = [.. files.Select(group => group[0])
            .Where(image => !image.IsOneColor && !options.IsTiny(image.Size))];
        return
        [
            .. files.Where(group => group.Length > 1).Select(group => Problem(group,
                ProblemKind.LabelConflict, ProblemKind.Leakage, ProblemKind.Duplicate, "the same file",
                $"{group.Length} copies of the same file")),
            .. LookalikeGroups(different).Select(group => Problem(group,
                ProblemKind.NearLabelConflict, ProblemKind.NearLeakage, ProblemKind.NearDuplicate, "images that look the same",
                $"{group.Length} images that look the same")),
        ];
    }

    private static DatasetProblem Problem(
        InspectedImage[] group, ProblemKind conflict, ProblemKind leakage, ProblemKind duplicate, string what, string duplicateNote)
    {
        ImageRow[] rows = [.. group.Select(image => image.Row)];
        string[] labels = [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal)];
        string[] splits = [.. rows.Select(row => row.Split).OfType<string>().Distinct(StringComparer.Ordinal)];
        string inSplits = splits.Length > 1 ? $" in {string.Join(" and ", splits)}" : "";
        if (labels.Length > 1)
            return new(conflict, $"{what} labeled {string.Join(" and ", labels)}{inSplits}", rows);
        return splits.Length > 1 ? new(leakage, what + inSplits, rows) : new(duplicate, duplicateNote, rows);
    }

    // Of two hashes that differ in d bits, at least one of d + 1 bands is equal, so only images with an equal band are compared.
    // Groups grow by union-find: parent[i] leads to the first image of the group of i.
    private IEnumerable<InspectedImage[]> LookalikeGroups(InspectedImage[] different)
    {
        int[] parent = [.. Enumerable.Range(0, different.Length)];
        int bands = options.NearDistance + 1;
        for (int band = 0; band < bands; band++)
        {
            (int from, int to) = (64 * band / bands, 64 * (band + 1) / bands);
            ulong mask = (to - from == 64 ? ulong.MaxValue : (1UL << (to - from)) - 1) << from;
            foreach (var bucket in Enumerable.Range(0, different.Length).GroupBy(index => different[index].DifferenceHash & mask))
                Join([.. bucket.OrderBy(index => different[index].DifferenceHash)], different, parent);
        }
        return Enumerable.Range(0, different.Length).GroupBy(index => Root(parent, index)).Where(group => group.Count() > 1)
            .Select(group => group.Select(index => different[index]).ToArray());
    }

    private void Join(int[] bucket, InspectedImage[] different, int[] parent)
    {
        cancel.ThrowIfCancellationRequested();
        for (int one = 0; one < bucket.Length; one++)
        {
            for (int other = one + 1; other < Math.Min(bucket.Length, one + 1 + MostNeighbors); other++)
            {
                (int first, int second) = (Root(parent, bucket[one]), Root(parent, bucket[other]));
                if (first != second && different[bucket[one]].LooksLike(different[bucket[other]], options))
                    parent[Math.Max(first, second)] = Math.Min(first, second);
            }
        }
    }

    private static int Root(int[] parent, int index)
    {
        while (parent[index] != index)
            index = parent[index] = parent[parent[index]];
        return index;
    }
}
