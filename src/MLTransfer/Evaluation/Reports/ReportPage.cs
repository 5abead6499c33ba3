namespace MLTransfer.Evaluation.Reports;

/// <summary>The frame of every page: no script, nothing loaded from elsewhere.</summary>
internal static class ReportPage
{
    private static readonly Markup Style = new(
        """
        body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1160px; margin: 2em auto; padding: 0 1em; }
        table { border-collapse: collapse; margin: .5em 0 1.5em; }
        th, td { padding: .2em .7em; text-align: right; border-bottom: 1px solid #ddd; vertical-align: top; }
        th { font-weight: 600; }
        .name { text-align: left; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; }
        svg { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; }
        """);

    /// <param name="title">Its title and heading.</param>
    /// <param name="body">What follows the heading.</param>
    /// <param name="style">CSS beyond the usual.</param>
    internal static Markup Of(string title, Markup body, Markup style = default) => Markup.Of(
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
}
