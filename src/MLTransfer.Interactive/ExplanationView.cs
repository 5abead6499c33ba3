using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>Where in an image a model finds a class: the image, and the image with the heat over it.</summary>
internal static class ExplanationView
{
    private const int MostImages = 24;

    internal static NotebookView One { get; } = NotebookView.Of<Explanation>(explanation => Html([explanation]), Text);

    internal static NotebookView Several { get; } = NotebookView.Of<IEnumerable<Explanation>>(
        Html, explanations => string.Join('\n', explanations.Take(MostImages).Select(Text)));

    private static Markup Html(IEnumerable<Explanation> explanations) => Markup.Format(
        $"""
        <div class="cards">
        {explanations.Take(MostImages).Select(ExplanationPage.Card)}
        </div>
        """);

    private static string Text(Explanation explanation) =>
        $"{explanation.Prediction.Name}: {explanation.Label} {ReportNumber.Percent(explanation.Probability)}";
}
