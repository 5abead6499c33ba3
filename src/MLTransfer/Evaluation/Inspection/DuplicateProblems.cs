using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Duplicates as problems: what the same image more than once means depends on its labels and splits.</summary>
internal static class DuplicateProblems
{
    public static IEnumerable<DatasetProblem> Of(IReadOnlyList<InspectedImage> images, InspectionOptions options, CancellationToken cancel)
    {
        var same = images.GroupBy(image => image.Content, StringComparer.Ordinal).ToArray();
        // Images of one colour look the same and mean nothing by it; of tiny ones, as of digits, many do.
        InspectedImage[] different = [.. same.Select(group => group.First())
            .Where(image => !image.IsOneColour && !TinyImages.Is(image.Size, options))];
        return
        [
            .. same.Where(group => group.Count() > 1).Select(group => Exact([.. group.Select(image => image.Row)])),
            .. new NearDuplicates(different, options, cancel).Groups().Select(group => Near([.. group.Select(image => image.Row)])),
        ];
    }

    private static DatasetProblem Exact(ImageRow[] rows) =>
        Of(rows, ProblemKind.LabelConflict, ProblemKind.Leakage, ProblemKind.Duplicate, "the same file",
            $"the same file {rows.Length} times");

    private static DatasetProblem Near(ImageRow[] rows) =>
        Of(rows, ProblemKind.NearLabelConflict, ProblemKind.NearLeakage, ProblemKind.NearDuplicate, "images that look the same",
            $"{rows.Length} images that look the same");

    private static DatasetProblem Of(
        ImageRow[] rows, ProblemKind conflict, ProblemKind leakage, ProblemKind otherwise, string what, string often)
    {
        string[] labels = [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal)];
        string[] splits = [.. rows.Select(row => row.Split).OfType<string>().Distinct(StringComparer.Ordinal)];
        string asLabels = labels.Length > 1 ? $" as {string.Join(" and ", labels)}" : "",
            inSplits = splits.Length > 1 ? $" in {string.Join(" and ", splits)}" : "";
        return (labels.Length > 1, splits.Length > 1) switch
        {
            (true, _) => new(conflict, what + asLabels + inSplits, rows),
            (_, true) => new(leakage, what + inSplits, rows),
            _ => new(otherwise, often, rows),
        };
    }
}
