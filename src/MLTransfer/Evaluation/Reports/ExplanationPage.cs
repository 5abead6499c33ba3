namespace MLTransfer.Evaluation.Reports;

/// <summary>Explanations side by side on one HTML page: no script, nothing loaded from elsewhere, every name encoded.</summary>
internal static class ExplanationPage
{
    private const int ShownClasses = 3;

    internal static readonly Markup Style = new(
        """
        .explanations { display: flex; flex-wrap: wrap; gap: 1.5em; }
        .explanations figure { margin: 0; width: 472px; max-width: 100%; }
        .explanations img { width: 224px; max-width: 48%; image-rendering: auto; margin-right: 8px; }
        figcaption { overflow-wrap: anywhere; }
        .bar { display: inline-block; height: .7em; background: #1f77b4; margin-right: .5em; }
        """);

    /// <param name="explanations">At least one.</param>
    public static Markup Of(IReadOnlyList<Explanation> explanations)
    {
        string method = explanations[0].Method switch
        {
            ExplanationMethod.GradCam => "Grad-CAM",
            ExplanationMethod.Occlusion => "occlusion",
            _ => "attention rollout, the same for every class",
        };
        return ReportPage.Render(
            $"Where the model finds its classes ({method})",
            Markup.Format(
                $"""
                <p>Left the image as the network sees it, right with what speaks for the class: black, nothing, to yellow, most.</p>
                <div class="explanations">
                {explanations.Select(explanation => Card(explanation))}
                </div>
                """),
            Style);
    }

    /// <summary>One explanation: both images, and the most probable classes.</summary>
    /// <param name="explanation">The explanation.</param>
    /// <param name="actual">The class of the image; null where it is not known.</param>
    public static Markup Card(Explanation explanation, string? actual = null)
    {
        string isNot = actual is null ? "" : $", but it is {actual}";
        string title = $"{explanation.Label} in {explanation.Prediction.Name}";
        return Markup.Format(
            $"""
            <figure>
            <img alt="{explanation.Prediction.Name}" src="{Uri(explanation.ToJpeg(withHeat: false))}"/><img alt="{title}"
             src="{Uri(explanation.ToJpeg(withHeat: true))}"/>
            <figcaption><b>{explanation.Label}</b> {ReportNumber.Percent(explanation.Probability)}{isNot} – {explanation.Prediction.Name}
            {explanation.Prediction.Top(ShownClasses).Select(Bar)}
            </figcaption>
            </figure>
            """);
    }

    private static string Uri(byte[] jpeg) => $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";

    private static Markup Bar(LabelProbability found) => Markup.Format(
        $"""
        <div><span class="bar" style="width: {200 * found.Probability:0}px"></span>{found.Label}
        {ReportNumber.Percent(found.Probability)}</div>
        """);
}
