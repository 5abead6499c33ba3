using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;

namespace MLTransfer.Interactive;

/// <summary>Predictions with their images, and a bar for each of the most probable classes.</summary>
internal static class PredictionView
{
    private const int MostImages = 24;
    private const int ShownClasses = 3;

    internal static NotebookView One { get; } = NotebookView.Of<ImagePrediction>(prediction => Html([prediction]), Line);

    internal static NotebookView Several { get; } = NotebookView.Of<IEnumerable<ImagePrediction>>(
        Html, predictions => string.Join('\n', predictions.Take(MostImages).Select(Line).DefaultIfEmpty("No predictions.")));

    private static Markup Html(IEnumerable<ImagePrediction> predictions)
    {
        ImagePrediction[] shown = [.. predictions.Take(MostImages + 1)];
        bool areMore = shown.Length > MostImages;
        shown = [.. shown.Take(MostImages)];
        if (shown.Length == 0) return Markup.Format($"<p class=\"quiet\">No predictions.</p>");
        var thumbnails = Thumbnails.Encode(
            shown.Select(prediction => prediction.Name), DecodingOptions.Default, CancellationToken.None);
        return Markup.Format(
            $"""
            <div class="cards">
            {shown.Select(prediction => ImagesView.Card(prediction.Name, thumbnails, Said(prediction)))}
            </div>
            {(areMore ? Markup.Format($"<p class=\"quiet\">… and more; these are the first {MostImages}.</p>") : default)}
            """);
    }

    private static Markup Said(ImagePrediction prediction) => prediction.Error is { } error
        ? Markup.Format($"<span class=\"label wrong\">{error}</span>")
        : Markup.Format(
            $"""
            {prediction.Top(ShownClasses).Select(Bar)}
            {(prediction.RejectionReason is { } reason ? Markup.Format($"<div class=\"note\">rejected: {reason}</div>") : default)}
            """);

    private static Markup Bar(LabelProbability found) => Markup.Format(
        $"""
        <div>{found.Label} {ReportNumber.Percent(found.Probability)}</div>
        <div class="bar"><div style="width: {100 * found.Probability:0.#}%"></div></div>
        """);

    private static string Line(ImagePrediction prediction) => prediction.Error is { } error
        ? $"{prediction.Name}: {error}"
        : $"{prediction.Name}: "
            + string.Join(", ", prediction.Top(ShownClasses).Select(found => $"{found.Label} {ReportNumber.Percent(found.Probability)}"))
            + (prediction.RejectionReason is { } reason ? $" (rejected: {reason})" : "");
}

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
