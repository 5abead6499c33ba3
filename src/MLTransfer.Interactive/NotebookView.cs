using Microsoft.DotNet.Interactive.Formatting;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>How a notebook shows the values of a type: as HTML, and as text where there is none.</summary>
/// <param name="Type">The type; what derives from it or implements it is shown in the same way.</param>
/// <param name="Html">The value as HTML without a frame.</param>
/// <param name="Text">The value as plain text.</param>
internal sealed record NotebookView(Type Type, Func<object, Markup> Html, Func<object, string> Text)
{
    private static readonly Lazy<Markup> Style = new(() =>
    {
        using Stream css = typeof(NotebookView).Assembly.GetManifestResourceStream("notebook.css")!;
        using var reader = new StreamReader(css);
        return new(reader.ReadToEnd());
    });

    /// <summary>All that a notebook shows in a way of its own.</summary>
    internal static IReadOnlyList<NotebookView> All { get; } =
    [
        BackboneView.One, BackboneView.Several, ConfusionView.OfMetrics, ConfusionView.OfMatrix, ConfusionView.OfReport,
        DatasetCheckView.View, DatasetView.View, ExplanationView.One, ExplanationView.Several, ImagesView.OfFiles, ImagesView.OfRows,
        InspectionView.View, LearningRateView.View, LiveTrainingView.View, ModelView.View, PredictionView.One, PredictionView.Several,
        TrainingSummaryView.View,
    ];

    internal static NotebookView Of<T>(Func<T, Markup> html, Func<T, string> text) =>
        new(typeof(T), value => html((T)value), value => text((T)value));

    /// <summary>The HTML that goes into the notebook: no script, nothing loaded from elsewhere, every name encoded.</summary>
    internal string Framed(object value) => Markup.Format(
        $"""
        <div class="mlt"><style>{Style.Value}</style>
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
