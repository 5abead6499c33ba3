namespace MLTransfer.Evaluation.Reports;

/// <summary>The accuracy by the number of images as SVG: the measured points, and the fitted curve up to twice as many images.</summary>
internal static class LearningCurveChart
{
    private const double Left = 60, Right = 540, Top = 20, Bottom = 240;
    private const int MostTicks = 6, CurvePoints = 60;

    /// <param name="curve">The curve.</param>
    /// <param name="images">The number of all images.</param>
    internal static Markup Render(LearningCurve curve, int images)
    {
        if (curve.Points.Count < 2) return Markup.Format($"<p>Too few images to tell how accuracy grows with their number.</p>");
        int most = 2 * images;
        double step = Axis.RoundStep(most, MostTicks);
        var x = new Axis(0, most, Left, Right, [.. Enumerable.Range(0, (int)(most / step) + 1).Select(tick => tick * step)], "#,0");
        Axis y = Axis.ForFractions(Bottom, Top);
        bool isFitted = double.IsFinite(curve.EstimatedAccuracy(most));
        return Markup.Format(
            $"""
            {(isFitted ? Markup.Format($"<p>{Sentence(curve, images)}</p>") : default)}
            <svg xmlns="http://www.w3.org/2000/svg" width="560" height="290" viewBox="0 0 560 290" role="img" aria-label="Learning curve">
            {y.Ticks.Select(tick => Markup.Format(
                $"""
                <line x1="{Left}" y1="{y.Position(tick):0.##}" x2="{Right}" y2="{y.Position(tick):0.##}" stroke="#8886"/>
                <text x="{Left - 8}" y="{y.Position(tick) + 4:0.##}" text-anchor="end">{y.Label(tick)}</text>
                """))}
            {x.Ticks.Select(tick => Markup.Format(
                $"<text x=\"{x.Position(tick):0.##}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{x.Label(tick)}</text>"))}
            <text x="{(Left + Right) / 2}" y="{Bottom + 40}" text-anchor="middle">images that heads are trained on</text>
            {(isFitted ? Fitted(curve, most, x, y) : default)}
            {curve.Points.Select(point => Point(point, x, y))}
            </svg>
            """);
    }

    /// <summary>What twice as many images would give, by estimate.</summary>
    internal static string Sentence(LearningCurve curve, int images) =>
        $"Estimated accuracy of a linear head with all {ReportNumber.Count(images)} images: "
        + $"{ReportNumber.Percent(curve.EstimatedAccuracy(images))}; with twice as many: "
        + $"{ReportNumber.Percent(curve.EstimatedAccuracy(2L * images))}.";

    private static Markup Fitted(LearningCurve curve, int most, Axis x, Axis y)
    {
        int first = curve.Points[0].Images;
        var places = Enumerable.Range(0, CurvePoints + 1).Select(index => first + (long)(most - first) * index / CurvePoints);
        string path = string.Join(' ', places.Select(images =>
            FormattableString.Invariant($"{x.Position(images):0.##},{y.Position(curve.EstimatedAccuracy(images)):0.##}")));
        return Markup.Format($"<polyline points=\"{path}\" fill=\"none\" stroke=\"#d95f02\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/>");
    }

    private static Markup Point(LearningCurvePoint point, Axis x, Axis y)
    {
        double place = x.Position(point.Images);
        double low = y.Position(Math.Max(0, point.Accuracy - point.Deviation));
        double high = y.Position(Math.Min(1, point.Accuracy + point.Deviation));
        return Markup.Format(
            $"""
            <line x1="{place:0.##}" y1="{low:0.##}" x2="{place:0.##}" y2="{high:0.##}" stroke="#1f77b4"/>
            <circle cx="{place:0.##}" cy="{y.Position(point.Accuracy):0.##}" r="4" fill="#1f77b4"><title>{point.Images} images:
            {ReportNumber.Percent(point.Accuracy)}</title></circle>
            """);
    }
}
