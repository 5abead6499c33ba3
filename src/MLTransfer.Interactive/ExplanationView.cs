using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>Where in an image a model finds a class: the image, and the image with the heat over it.</summary>
internal static class ExplanationView
{
    private const int MostImages = 24;

    internal static NotebookView One { get; } = NotebookView.Of<Explanation>(explanation => Html([explanation]), Text);

    internal static NotebookView Several { get; } = NotebookView.Of<IEnumerable<Explanation>>(
        Html, explanations => string.Join('\n', explanations.Take(MostImages).Select(Text).DefaultIfEmpty("No explanations.")));

    private static Markup Html(IEnumerable<Explanation> explanations)
    {
        Markup[] cards = [.. explanations.Take(MostImages).Select(explanation => ExplanationPage.Card(explanation))];
        return cards.Length == 0 ? Markup.Format($"<p class=\"quiet\">No explanations.</p>")
            : Markup.Format($"<div class=\"cards\">{cards}</div>");
    }

    private static string Text(Explanation explanation) =>
        $"{explanation.Prediction.Name}: {explanation.Label} {ReportNumber.Percent(explanation.Probability)}";
}
