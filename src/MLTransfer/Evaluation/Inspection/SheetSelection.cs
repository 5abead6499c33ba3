using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Which images are shown: as many as a page bears, evenly taken.</summary>
internal sealed class SheetSelection
{
    private const int MostProblemsOfAKind = 40;
    private const int MostClasses = 60;
    private const int MostOfAProblem = 8;
    private const int MostOfAClass = 12;
    private const int AllSamples = 360;

    public SheetSelection(DatasetFindings findings)
    {
        Problems = [.. findings.Problems.GroupBy(problem => problem.Kind)
            .Select(kind => new ShownProblems(kind.Key, kind.Count(), [.. kind.Take(MostProblemsOfAKind)]))];
        int perClass = Math.Clamp(AllSamples / Math.Max(1, findings.Classes.Count), 3, MostOfAClass);
        var rows = findings.Dataset.Rows.ToLookup(row => row.Label, StringComparer.Ordinal);
        Samples = [.. findings.Classes.Take(MostClasses).Select(count => new ShownClass(count, Evenly([.. rows[count.Label]], perClass)))];
    }

    /// <summary>Problems by kind, the gravest first.</summary>
    public IReadOnlyList<ShownProblems> Problems { get; }

    /// <summary>Images of each class.</summary>
    public IReadOnlyList<ShownClass> Samples { get; }

    /// <summary>All images that are shown.</summary>
    public IEnumerable<ImageRow> Rows =>
        Problems.SelectMany(kind => kind.Shown).SelectMany(Shown).Concat(Samples.SelectMany(sample => sample.Shown));

    /// <summary>The images of a problem that are shown.</summary>
    public static IEnumerable<ImageRow> Shown(DatasetProblem problem) => problem.Images.Take(MostOfAProblem);

    private static ImageRow[] Evenly(ImageRow[] rows, int most) =>
        [.. Enumerable.Range(0, Math.Min(most, rows.Length))
            .Select(index => rows[(int)((long)index * rows.Length / Math.Min(most, rows.Length))])];
}

/// <summary>Problems of a kind.</summary>
internal sealed record ShownProblems(ProblemKind Kind, int Count, IReadOnlyList<DatasetProblem> Shown);

/// <summary>A class.</summary>
internal sealed record ShownClass(ClassCount Count, IReadOnlyList<ImageRow> Shown);
