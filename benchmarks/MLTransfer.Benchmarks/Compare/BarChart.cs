using System.Globalization;
using System.Net;
using System.Text;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>The medians of a job as horizontal bars with their spread: an SVG that is readable on white and on black.</summary>
internal static class BarChart
{
    private const int Width = 790, Names = 300, Values = 90, Row = 22, Bar = 14, Heading = 30;

    private const string Style =
        """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #1f2328 }
          .title { font-weight: 600 }
          .ours { fill: #1a7f37 } .other { fill: #8c959f } .spread { stroke: #1f2328; stroke-width: 1.5 }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc } .ours { fill: #3fb950 } .other { fill: #6e7681 } .spread { stroke: #f0f6fc }
          }
        </style>
        """;

    internal static string Of(JobSummary job)
    {
        var bars = new StringBuilder();
        var y = 0;
        foreach (var kind in job.Kinds.Where(kind => kind.Better is not null))
        {
            SideSummary[] sides = [.. job.Sides.Where(side => side.Figures.ContainsKey(kind.Key))];
            var most = sides.Max(side => side.Figures[kind.Key].Most);
            var better = kind.Better == Better.Lower ? "less is better" : "more is better";
            Line(bars, $"""<text class="title" x="0" y="{y + Heading - 10}">{kind.Title} ({better})</text>""");
            y += Heading;
            foreach (var side in sides)
            {
                Append(bars, job, kind, side, y, (Width - Names - Values) / (most > 0 ? most : 1));
                y += Row;
            }
        }
        var title = WebUtility.HtmlEncode($"{CompareJob.Find(job.Job).Title}: {job.Subject}");
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y + 8}" width="{Width}" height="{y + 8}" role="img">
            <title>{title}</title>
            {Style}
            {bars}</svg>

            """.ReplaceLineEndings("\n");
    }

    private static void Append(StringBuilder bars, JobSummary job, FigureKind kind, SideSummary side, int y, double scale)
    {
        var figure = side.Figures[kind.Key];
        var (start, end) = (Names + figure.Least * scale, Names + figure.Most * scale);
        var (center, text) = (y + Bar / 2, y + Bar - 2);
        Line(bars, $"""<text x="{Names - 8}" y="{text}" text-anchor="end">{WebUtility.HtmlEncode(side.Shown)}</text>""");
        var fill = job.IsOurs(side) ? "ours" : "other";
        Line(bars, $"""<rect class="{fill}" x="{Names}" y="{y}" width="{figure.Median * scale:0.0}" height="{Bar}" rx="2"/>""");
        if (end > start) Line(bars, $"""<line class="spread" x1="{start:0.0}" x2="{end:0.0}" y1="{center}" y2="{center}"/>""");
        Line(bars, $"""<text x="{end + 6:0.0}" y="{text}">{figure.Median.ToString(kind.Format, CultureInfo.InvariantCulture)}</text>""");
    }

    private static void Line(StringBuilder bars, FormattableString line) => bars.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
