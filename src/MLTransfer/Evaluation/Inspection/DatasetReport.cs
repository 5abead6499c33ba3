using System.Text;
using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// The findings of an inspection on one HTML page, with thumbnails embedded: problems first, then images of each class; every name encoded.
/// </summary>
internal static class DatasetReport
{
    private const int MostProblemsOfAKind = 40;
    private const int MostImagesOfAProblem = 8;
    private const int MostClasses = 60;
    private const int MostImagesOfAClass = 12;
    private const int LeastImagesOfAClass = 3;
    private const int MostImagesOfAllClasses = 360;

    /// <summary>Writes the page; an existing file is replaced once the new one is complete.</summary>
    /// <param name="path">The file, in an existing folder.</param>
    /// <param name="findings">The findings.</param>
    /// <param name="cancel">Stops; nothing is written then.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static void Write(string path, DatasetFindings findings, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(findings);
        byte[] page = Encoding.UTF8.GetBytes(Page(findings, cancel).Source);
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    private static Markup Page(DatasetFindings findings, CancellationToken cancel) =>
        ReportPage.Render(Title(findings), Content(findings, MostImagesOfAllClasses, cancel), ImageCard.Style);

    internal static string Title(DatasetFindings findings)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(findings.Dataset.Path)));
        string count = findings.Problems.Count switch
        {
            0 => "no problems",
            1 => "1 problem",
            _ => $"{ReportNumber.Count(findings.Problems.Count)} problems",
        };
        return $"{name}: {count} in {ReportNumber.Count(findings.Dataset.Rows.Count)} images";
    }

    /// <summary>What follows the title.</summary>
    /// <param name="findings">The findings.</param>
    /// <param name="samples">About how many images of all classes together are shown.</param>
    /// <param name="cancel">Stops.</param>
    internal static Markup Content(DatasetFindings findings, int samples, CancellationToken cancel)
    {
        ShownProblems[] problems = [.. findings.Problems.GroupBy(problem => problem.Kind)
            .Select(kind => new ShownProblems(kind.Key, kind.Count(), [.. kind.Take(MostProblemsOfAKind)]))];
        ShownClass[] classes = SelectClasses(findings, samples);
        var shown = problems.SelectMany(kind => kind.Problems).SelectMany(ShownImages).Concat(classes.SelectMany(one => one.Images));
        var thumbnails = Thumbnails.Encode(shown.Select(row => row.ImagePath), findings.Decoding, cancel);
        return new Body(findings, problems, classes, thumbnails).Render();
    }

    // The more classes, the fewer images of each; they are spread evenly over the class.
    private static ShownClass[] SelectClasses(DatasetFindings findings, int samples)
    {
        int perClass = Math.Clamp(
            samples / Math.Max(1, findings.Classes.Count), LeastImagesOfAClass, MostImagesOfAClass);
        var rows = findings.Dataset.Rows.ToLookup(row => row.Label, StringComparer.Ordinal);
        return [.. findings.Classes.Take(MostClasses).Select(count => new ShownClass(count, Spread([.. rows[count.Label]], perClass)))];
    }

    private static ImageRow[] Spread(ImageRow[] rows, int most)
    {
        int count = Math.Min(most, rows.Length);
        return [.. Enumerable.Range(0, count).Select(index => rows[(int)((long)index * rows.Length / count)])];
    }

    private static IEnumerable<ImageRow> ShownImages(DatasetProblem problem) => problem.Images.Take(MostImagesOfAProblem);

    private sealed record ShownProblems(ProblemKind Kind, int Count, DatasetProblem[] Problems);

    private sealed record ShownClass(ClassCount Count, ImageRow[] Images);

    private sealed class Body(
        DatasetFindings findings, ShownProblems[] problems, ShownClass[] classes, IReadOnlyDictionary<string, string> thumbnails)
    {
        internal Markup Render() => Markup.Format(
            $"""
            {ReportPage.NamedValues(Facts())}
            <h2>Problems <span class="count">{ReportNumber.Count(findings.Problems.Count)}</span></h2>
            {(problems.Length == 0 ? Markup.Format($"<p class=\"fine\">None found.</p>") : default)}
            {problems.Select(Problems)}
            <h2>Classes <span class="count">{ReportNumber.Count(findings.Classes.Count)}</span></h2>
            {ClassTable()}
            {classes.Select(Samples)}
            {More(findings.Classes.Count - classes.Length, " classes")}
            """);

        private IEnumerable<(string Name, string Value)> Facts() =>
        [
            ("data set", findings.Dataset.Path),
            ("format", findings.Dataset.Format),
            ("images", ReportNumber.Count(findings.Dataset.Rows.Count)),
            .. findings.Sizes is { } sizes
                ? [("smallest image", Text(sizes.Smallest)), ("median image", Text(sizes.Median)), ("largest image", Text(sizes.Largest))]
                : Array.Empty<(string, string)>(),
            ("inspection time", ReportNumber.Seconds(findings.Seconds)),
        ];

        private Markup ClassTable() => Markup.Format(
            $"""
            <div class="wide"><table>
            <tr><th class="name">class</th><th>images</th>{findings.Dataset.Splits.Select(split => Markup.Format($"<th>{split}</th>"))}</tr>
            {findings.Classes.Select(ClassRow)}
            </table></div>
            """);

        private Markup ClassRow(ClassCount count)
        {
            var perSplit = findings.Dataset.Splits.Select(split => Markup.Format($"<td>{ReportNumber.Count(count.PerSplit[split])}</td>"));
            return Markup.Format($"<tr><td class=\"name\">{count.Label}</td><td>{ReportNumber.Count(count.Images)}</td>{perSplit}</tr>");
        }

        private Markup Problems(ShownProblems shown) => Markup.Format(
            $"""
            <h3>{shown.Kind.Title} <span class="count">{ReportNumber.Count(shown.Count)}</span></h3>
            <p>{shown.Kind.Meaning}</p>
            {(shown.Problems[0].Images.Count > 1
                ? Markup.Format($"<div class=\"groups\">{shown.Problems.Select(Group)}</div>")
                : Markup.Format($"<div class=\"cards\">{shown.Problems.Select(Single)}</div>"))}
            {More(shown.Count - shown.Problems.Length, "")}
            """);

        private Markup Group(DatasetProblem problem) => Markup.Format(
            $"""
            <div class="group"><p class="note">{problem.Note}</p>
            <div class="cards">{ShownImages(problem).Select(row => Card(row))}</div></div>
            """);

        private Markup Single(DatasetProblem problem) => problem.Images.Count == 0
            ? Markup.Format($"<p class=\"note\">{problem.Note}</p>")
            : Card(problem.Images[0], problem.Note);

        private Markup Samples(ShownClass shown) => Markup.Format(
            $"""
            <h3>{shown.Count.Label} <span class="count">{ReportNumber.Count(shown.Count.Images)}</span></h3>
            <div class="cards">{shown.Images.Select(row => Card(row))}</div>
            """);

        private Markup Card(ImageRow row, string? note = null) => ImageCard.Render(row, thumbnails, note);

        private static Markup More(int count, string what) => count > 0 ? Markup.Format($"<p>… and {count} more{what}.</p>") : default;

        private static string Text(ImageDimensions size) => $"{size.Width} × {size.Height}";
    }
}
