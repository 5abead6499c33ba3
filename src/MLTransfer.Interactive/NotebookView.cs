using Microsoft.DotNet.Interactive.Formatting;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>How a notebook shows the values of a type: as HTML, and as text where there is none.</summary>
/// <param name="Type">The type; what derives from it or implements it is shown in the same way.</param>
/// <param name="Html">The value as HTML without a frame.</param>
/// <param name="Text">The value as plain text.</param>
internal sealed record NotebookView(Type Type, Func<object, Markup> Html, Func<object, string> Text)
{
    // Everything takes the color of the text around it, so that it fits light and dark themes alike. Only what is below the class is styled.
    private static readonly Markup Style = new(
        """
        .mlt { font: 14px/1.45 system-ui, sans-serif; max-width: 1160px; }
        .mlt h3 { font-size: 1.1em; font-weight: 600; margin: .2em 0 .4em; }
        .mlt h4 { font-size: 1em; margin: .8em 0 .3em; }
        .mlt table { border-collapse: collapse; margin: .4em 0 .8em; color: inherit; font-size: inherit; }
        .mlt th, .mlt td { padding: .15em .6em; text-align: right; border: 0; vertical-align: top; color: inherit; }
        .mlt td { white-space: nowrap; }
        .mlt th, .mlt td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
        .mlt tr, .mlt thead, .mlt tbody { background: none !important; }
        .mlt th { font-weight: 600; }
        .mlt .name { text-align: left !important; overflow-wrap: anywhere; white-space: normal; }
        .mlt .wide { overflow-x: auto; }
        .mlt .charts, .mlt .cards { display: flex; flex-wrap: wrap; gap: .6em; }
        .mlt .charts svg { flex: 1 1 420px; max-width: 560px; height: auto; }
        .mlt svg { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; }
        .mlt svg text { fill: currentColor; }
        .mlt .quiet { opacity: .7; font-weight: 400; }
        .mlt .card { width: 150px; padding: 6px; border-radius: 6px; font-size: 12px; line-height: 1.3; overflow-wrap: anywhere; }
        .mlt .card { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
        .mlt .frame { height: 130px; display: flex; align-items: center; justify-content: center; margin-bottom: 4px; }
        .mlt .frame { background: color-mix(in srgb, currentColor 8%, transparent); border-radius: 4px; }
        .mlt .frame img { width: 130px; height: 130px; object-fit: contain; margin: 0; }
        .mlt .label { display: inline-block; padding: 0 .5em; border-radius: 8px; margin: 2px 2px 0 0; }
        .mlt .label { background: color-mix(in srgb, #1f77b4 25%, transparent); }
        .mlt .split { background: color-mix(in srgb, #d95f02 25%, transparent); }
        .mlt .wrong { background: color-mix(in srgb, #d62728 35%, transparent); }
        .mlt .file { opacity: .7; margin-top: 2px; }
        .mlt .note { margin: .2em 0; }
        .mlt .bar { height: .8em; border-radius: 3px; background: color-mix(in srgb, currentColor 12%, transparent); overflow: hidden; }
        .mlt .bar > div { height: 100%; background: #1f77b4; }
        .mlt .group { border-left: 3px solid #d95f02; padding-left: .8em; margin: 0 0 .8em; }
        .mlt figure { margin: 0; width: 472px; max-width: 100%; }
        .mlt figure img { width: 224px; max-width: 48%; margin: 0 8px 0 0; display: inline-block; }
        .mlt figure .bar { display: inline-block; background: #1f77b4; margin-right: .5em; }
        """);

    /// <summary>All that a notebook shows in a way of its own.</summary>
    internal static IReadOnlyList<NotebookView> All { get; } =
    [
        BackboneView.One, BackboneView.Several, ConfusionView.OfMetrics, ConfusionView.OfMatrix, ConfusionView.OfReport,
        DatasetCheckView.View, DatasetView.View, ExplanationView.One, ExplanationView.Several, ImagesView.OfFiles, ImagesView.OfRows,
        LearningRateView.View, LiveTrainingView.View, ModelView.View, PredictionView.One, PredictionView.Several, TrainingSummaryView.View,
    ];

    internal static NotebookView Of<T>(Func<T, Markup> html, Func<T, string> text) =>
        new(typeof(T), value => html((T)value), value => text((T)value));

    /// <summary>The HTML that goes into the notebook: no script, nothing loaded from elsewhere, every name encoded.</summary>
    internal string Framed(object value) => Markup.Format(
        $"""
        <div class="mlt"><style>{Style}</style>
        {Html(value)}
        </div>
        """).Source;

    /// <summary>Shows values of the type in this way from now on, in every cell of the process.</summary>
    internal void Register()
    {
        Formatter.Register(Type, (value, writer) => writer.Write(Framed(value)), HtmlFormatter.MimeType);
        Formatter.Register(Type, (value, writer) => writer.Write(Text(value)), PlainTextFormatter.MimeType);
        Formatter.SetPreferredMimeTypesFor(Type, HtmlFormatter.MimeType, PlainTextFormatter.MimeType);
    }
}
