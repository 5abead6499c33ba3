using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>The body of the page: figures, then problems, then images of each class.</summary>
internal sealed class ContactSheet(DatasetFindings findings, SheetSelection selection, IReadOnlyDictionary<string, string> thumbnails)
{
    internal static readonly Markup Style = new(
        """
        .cards { display: flex; flex-wrap: wrap; gap: .6em; margin: .4em 0 1em; }
        .card { width: 140px; padding: 5px; border: 1px solid #ddd; border-radius: 6px; background: #fff; font-size: 11px; line-height: 1.3; }
        .card .frame { height: 130px; display: flex; align-items: center; justify-content: center; background: #f4f4f4; border-radius: 4px; color: #999; }
        .card img { max-width: 130px; max-height: 130px; min-height: 64px; object-fit: contain; border-radius: 3px; }
        .card .file { overflow-wrap: anywhere; color: #555; margin-top: 4px; }
        .label { display: inline-block; padding: 0 .5em; border-radius: 8px; background: #e6eef6; color: #134; margin: 3px 2px 0 0; }
        .split { background: #f6eee2; color: #531; }
        .groups { display: flex; flex-wrap: wrap; gap: .2em 1.6em; }
        .group { border-left: 3px solid #d95f02; padding-left: .8em; margin: 0 0 1em; }
        .note { margin: .2em 0; }
        .card .note { color: #a33; margin-top: 4px; overflow-wrap: anywhere; }
        .count { color: #888; font-weight: 400; }
        .fine { color: #2a7d3f; }
        """);

    internal Markup Body() => Markup.Of(
        $"""
        {Figures()}
        <h2>Problems <span class="count">{ReportFigures.Count(findings.Problems.Count)}</span></h2>
        {(findings.Problems.Count == 0 ? Markup.Of($"<p class=\"fine\">None was found.</p>") : default)}
        {selection.Problems.Select(Problems)}
        <h2>Classes <span class="count">{ReportFigures.Count(findings.Classes.Count)}</span></h2>
        {Counts()}
        {selection.Samples.Select(Samples)}
        {(findings.Classes.Count > selection.Samples.Count ? Markup.Of($"<p>… and {findings.Classes.Count - selection.Samples.Count} more classes.</p>") : default)}
        """);

    private Markup Figures()
    {
        (string What, string Value)[] rows =
        [
            ("data set", findings.Dataset.Path),
            ("form", findings.Dataset.Format),
            ("images", ReportFigures.Count(findings.Dataset.Rows.Count)),
            .. findings.Sizes is { } sizes
                ? [("smallest", Words(sizes.Smallest)), ("in the middle", Words(sizes.Median)), ("largest", Words(sizes.Largest))]
                : Array.Empty<(string, string)>(),
            ("looked at in", ReportFigures.Seconds(findings.Seconds)),
        ];
        return Markup.Of(
            $"""
            <table>
            {rows.Select(row => Markup.Of($"<tr><th class=\"name\">{row.What}</th><td class=\"name\">{row.Value}</td></tr>"))}
            </table>
            """);
    }

    private Markup Counts() => Markup.Of(
        $"""
        <div class="wide"><table>
        <tr><th class="name">class</th><th>images</th>{findings.Dataset.Splits.Select(split => Markup.Of($"<th>{split}</th>"))}</tr>
        {findings.Classes.Select(count => Markup.Of(
            $"<tr><td class=\"name\">{count.Label}</td><td>{ReportFigures.Count(count.Images)}</td>{findings.Dataset.Splits.Select(split => Markup.Of($"<td>{ReportFigures.Count(count.PerSplit[split])}</td>"))}</tr>"))}
        </table></div>
        """);

    private Markup Problems(ShownProblems problems) => Markup.Of(
        $"""
        <h3>{ProblemWords.Title(problems.Kind)} <span class="count">{ReportFigures.Count(problems.Count)}</span></h3>
        <p>{ProblemWords.Meaning(problems.Kind)}</p>
        {(problems.Shown[0].Images.Count > 1
            ? Markup.Of($"<div class=\"groups\">{problems.Shown.Select(Group)}</div>")
            : Markup.Of($"<div class=\"cards\">{problems.Shown.SelectMany(Alone)}</div>"))}
        {(problems.Count > problems.Shown.Count ? Markup.Of($"<p>… and {problems.Count - problems.Shown.Count} more.</p>") : default)}
        """);

    private Markup Group(DatasetProblem problem) => Markup.Of(
        $"""
        <div class="group"><p class="note">{problem.Note}</p>
        <div class="cards">{SheetSelection.Shown(problem).Select(row => Card(row))}</div></div>
        """);

    private IEnumerable<Markup> Alone(DatasetProblem problem) => problem.Images.Count == 0
        ? [Markup.Of($"<p class=\"note\">{problem.Note}</p>")]
        : problem.Images.Select(row => Card(row, problem.Note));

    private Markup Samples(ShownClass shown) => Markup.Of(
        $"""
        <h3>{shown.Count.Label} <span class="count">{ReportFigures.Count(shown.Count.Images)}</span></h3>
        <div class="cards">{shown.Shown.Select(row => Card(row))}</div>
        """);

    private Markup Card(ImageRow row, string? note = null) => Markup.Of(
        $"""
        <div class="card"><div class="frame">{(thumbnails.TryGetValue(row.ImagePath, out string? uri) ? Markup.Of($"<img alt=\"\" src=\"{uri}\">") : Markup.Of($"unreadable"))}</div>
        <span class="label">{row.Label}</span>{(row.Split is { } split ? Markup.Of($"<span class=\"label split\">{split}</span>") : default)}
        <div class="file">{Path.GetFileName(row.ImagePath)}</div>{(note is null ? default : Markup.Of($"<div class=\"note\">{note}</div>"))}</div>
        """);

    private static string Words(ImageDimensions size) => $"{size.Width} × {size.Height}";
}
