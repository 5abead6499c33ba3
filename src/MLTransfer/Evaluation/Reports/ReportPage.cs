using System.Globalization;
using System.Net;
using MLTransfer.Errors;

namespace MLTransfer.Evaluation.Reports;

/// <summary>The frame of every page: no script, nothing loaded from elsewhere.</summary>
internal static class ReportPage
{
    private static readonly Markup Style = new(
        """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 1160px; margin: 2em auto; padding: 0 1em; }
        table { border-collapse: collapse; margin: .5em 0 1.5em; }
        th, td { padding: .2em .7em; text-align: right; border-bottom: 1px solid #8886; vertical-align: top; }
        th { font-weight: 600; }
        .name { text-align: left; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; }
        svg { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; }
        svg text { fill: currentColor; }
        """);

    /// <param name="title">Both the title of the page and its heading.</param>
    /// <param name="body">What follows the heading.</param>
    /// <param name="style">Additional CSS.</param>
    internal static Markup Render(string title, Markup body, Markup style = default) => Markup.Format(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <meta name="viewport" content="width=device-width">
        <title>{title}</title>
        <style>
        {Style}
        {style}
        </style>
        </head>
        <body>
        <h1>{title}</h1>
        {body}
        </body>
        </html>

        """);

    /// <summary>A table with one row per name and value.</summary>
    internal static Markup NamedValues(IEnumerable<(string Name, string Value)> rows) => Markup.Format(
        $"""
        <table>
        {rows.Select(row => Markup.Format($"<tr><th class=\"name\">{row.Name}</th><td class=\"name\">{row.Value}</td></tr>"))}
        </table>
        """);

    /// <summary>The settings of a training, folded away.</summary>
    internal static Markup Settings(IEnumerable<(string Name, string Value)> settings) => Markup.Format(
        $"""
        <details><summary>Settings</summary>
        {NamedValues(settings)}
        </details>
        """);
}

/// <summary>Numbers as a report shows them, in the invariant culture; "–" for NaN and infinity.</summary>
internal static class ReportNumber
{
    internal static string Percent(double fraction) => Format(fraction * 100, "0.0", " %");

    internal static string Seconds(double seconds) => Format(seconds, "0.0", " s");

    internal static string Throughput(double imagesPerSecond) => Format(imagesPerSecond, "#,0.0", " images/s");

    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Format(double value, string format, string unit) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) + unit : "–";
}

/// <summary>
/// HTML or SVG source. Whatever is interpolated into it is encoded, unless it is markup itself: a label can never become an element.
/// </summary>
/// <param name="Source">Used verbatim: only ever constants of the program.</param>
internal readonly record struct Markup(string Source)
{
    /// <summary>
    /// Fills the holes of an interpolated string: markup verbatim, sequences of markup line by line, text encoded, numbers in the invariant
    /// culture.
    /// </summary>
    internal static Markup Format(FormattableString html) => new(html.ToString(EncodingFormat.Instance));

    private sealed class EncodingFormat : IFormatProvider, ICustomFormatter
    {
        internal static readonly EncodingFormat Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            // The default value of the struct has no source.
            Markup markup => markup.Source ?? "",
            IEnumerable<Markup> parts => string.Join('\n', parts.Select(part => part.Source)),
            IFormattable number => Encode(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => Encode(arg?.ToString() ?? ""),
        };

        // HTML cannot express control characters, but file names may contain them.
        private static string Encode(string text) => WebUtility.HtmlEncode(Printable.Sanitize(text));
    }
}
