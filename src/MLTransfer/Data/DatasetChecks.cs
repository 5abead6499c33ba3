namespace MLTransfer.Data;

/// <summary>What must hold for every data set, whatever form it has.</summary>
internal static class DatasetChecks
{
    private const int Named = 5;

    /// <exception cref="InvalidDataException">There is nothing to learn, or a class to score that training does not know.</exception>
    public static ImageDataset Checked(ImageDataset dataset, ImageDatasetOptions options)
    {
        if (dataset.Rows.Count == 0)
            throw new InvalidDataException($"'{dataset.Path}' ({dataset.Format}) holds no labelled image.");
        if (!options.IsTestSet)
            CheckClasses(dataset);
        List<string> warnings = [.. dataset.Warnings, .. NearlySame(dataset)];
        if (LeftOutFiles.Sentence(dataset.Path, dataset.LeftOut) is { } leftOut)
            warnings.Add(leftOut);
        return new ImageDataset(dataset.Path, dataset.Format, dataset.Rows, dataset.Classes, warnings, dataset.LeftOut);
    }

    private static void CheckClasses(ImageDataset dataset)
    {
        if (dataset.Classes.Count == 1)
            throw new InvalidDataException(
                $"'{dataset.Path}' ({dataset.Format}) has one class only, '{dataset.Classes[0]}'; "
                + "at least two are needed to tell them apart.");
        if (!dataset.Splits.Contains(SplitNames.Train, StringComparer.Ordinal))
            return;
        var known = dataset.Rows.Where(row => row.Split == SplitNames.Train).Select(row => row.Label).ToHashSet(StringComparer.Ordinal);
        ImageRow[] unknown = [.. dataset.Rows.Where(row => row.Split is not null && !known.Contains(row.Label))
            .DistinctBy(row => row.Label)];
        if (unknown.Length > 0)
        {
            throw new InvalidDataException(
                $"In '{dataset.Path}', "
                + $"{string.Join(", ", unknown.Take(Named).Select(row => $"class '{row.Label}' is in '{row.Split}'"))}{More(unknown.Length)} but not in '{SplitNames.Train}': "
                + $"what was never trained on cannot be recognised. Classes of '{SplitNames.Train}': "
                + $"{string.Join(", ", known.Order(StringComparer.Ordinal).Take(20))}. Add images of it to '{SplitNames.Train}', or "
                + $"take it out of the others.");
        }
    }

    // No error: letters have upper and lower case.
    private static IEnumerable<string> NearlySame(ImageDataset dataset)
    {
        var counts = dataset.Rows.GroupBy(row => row.Label, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        foreach (IGrouping<string, string> same in dataset.Classes.Where(label => label.Length > 1)
            .GroupBy(label => label, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            yield return $"In '{dataset.Path}', the labels "
                + $"{string.Join(" and ", same.Select(label => $"'{label}' ({counts.GetValueOrDefault(label):N0} images)"))} differ "
                + $"only in case and are taken "
                + "for different classes. Write them in one way if they mean the same.";
        }
    }

    private static string More(int count) => count > Named ? $" and {count - Named} more" : "";
}
