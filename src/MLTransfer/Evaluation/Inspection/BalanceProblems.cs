using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Counts classes, and finds those that have too few images beside the others.</summary>
internal static class BalanceProblems
{
    public static IReadOnlyList<ClassCount> Count(ImageDataset dataset)
    {
        var rows = dataset.Rows.ToLookup(row => row.Label, StringComparer.Ordinal);
        return [.. dataset.Classes.Select(label => new ClassCount(
            label, rows[label].Count(), dataset.Splits
            .ToDictionary(split => split, split => rows[label].Count(row => row.Split == split))))];
    }

    /// <summary>Classes of which no image can be read: training refuses them, as it does classes without images.</summary>
    public static IEnumerable<DatasetProblem> Unreadable(ImageDataset dataset, IReadOnlyList<InspectedImage> seen)
    {
        var readable = seen.Select(image => (image.Row.Split, image.Row.Label)).ToHashSet();
        return dataset.Rows.Select(row => (row.Split, row.Label)).Distinct().Where(place => !readable.Contains(place)).Select(place =>
            new DatasetProblem(
            ProblemKind.MissingClass, $"{(place.Split is null ? "" : $"'{place.Split}': ")}no image of {place.Label} can be read", []));
    }

    public static IEnumerable<DatasetProblem> Of(ImageDataset dataset, IReadOnlyList<ClassCount> classes, InspectionOptions options)
    {
        foreach (string split in dataset.Splits)
        {
            string[] missing = [.. classes.Where(count => count.PerSplit[split] == 0).Select(count => count.Label)];
            if (missing.Length > 0)
                yield return new(ProblemKind.MissingClass, $"'{split}' has no image of {string.Join(", ", missing)}", []);
        }
        ClassCount least = classes.MinBy(count => count.Images)!, most = classes.MaxBy(count => count.Images)!;
        if (most.Images > options.LargestImbalance * least.Images)
            yield return new(ProblemKind.Imbalance, $"'{most.Label}' has {most.Images:N0} images, '{least.Label}' {least.Images:N0}", []);
    }
}
