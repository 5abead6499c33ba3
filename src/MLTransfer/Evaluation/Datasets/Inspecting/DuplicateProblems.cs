using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspecting;

/// <summary>Duplicates as problems: what the same picture more than once means depends on its labels and splits.</summary>
internal static class DuplicateProblems
{
    public static IEnumerable<DatasetProblem> Of(IReadOnlyList<InspectedPicture> pictures, InspectionOptions options, CancellationToken cancel)
    {
        var same = pictures.GroupBy(picture => picture.Content, StringComparer.Ordinal).ToArray();
        // Pictures of one colour look the same and mean nothing by it; of tiny ones, as of digits, many do.
        InspectedPicture[] different = [.. same.Select(group => group.First()).Where(picture => !picture.IsOneColour && !TinyPictures.Is(picture.Size, options))];
        return
        [
            .. same.Where(group => group.Count() > 1).Select(group => Exact([.. group.Select(picture => picture.Row)])),
            .. new NearDuplicates(different, options, cancel).Groups().Select(group => Near([.. group.Select(picture => picture.Row)])),
        ];
    }

    private static DatasetProblem Exact(ImageRow[] rows) =>
        Of(rows, ProblemKind.LabelConflict, ProblemKind.Leakage, ProblemKind.Duplicate, "the same file", $"the same file {rows.Length} times");

    private static DatasetProblem Near(ImageRow[] rows) =>
        Of(rows, ProblemKind.NearLabelConflict, ProblemKind.NearLeakage, ProblemKind.NearDuplicate, "pictures that look the same", $"{rows.Length} pictures that look the same");

    private static DatasetProblem Of(ImageRow[] rows, ProblemKind conflict, ProblemKind leakage, ProblemKind otherwise, string what, string often)
    {
        string[] labels = [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal)];
        string[] splits = [.. rows.Select(row => row.Split).OfType<string>().Distinct(StringComparer.Ordinal)];
        string asLabels = labels.Length > 1 ? $" as {string.Join(" and ", labels)}" : "", inSplits = splits.Length > 1 ? $" in {string.Join(" and ", splits)}" : "";
        return (labels.Length > 1, splits.Length > 1) switch
        {
            (true, _) => new(conflict, what + asLabels + inSplits, rows),
            (_, true) => new(leakage, what + inSplits, rows),
            _ => new(otherwise, often, rows),
        };
    }
}
