namespace MLTransfer.Evaluation.Reports;

/// <summary>
/// How often predictions of a probability are right, as SVG: a bar for each range of probabilities that has images, and the diagonal on
/// which the bars of a calibrated model end.
/// </summary>
internal static class ReliabilityDiagram
{
    private const double Left = 76, Top = 20, Side = 240;

    /// <param name="report">The metrics of at least one image.</param>
    internal static Markup Render(ClassificationReport report) => Markup.Format(
        $"""
        <p>Expected calibration error {ReportNumber.Percent(report.Calibration.CalibrationError)}, Brier score
        {report.Calibration.BrierScore:0.0000}, log-loss {report.Calibration.LogLoss:0.0000}. Bars that end below the diagonal: the model
        is too sure of itself. Images by which a temperature was chosen flatter it a little.</p>
        <svg xmlns="http://www.w3.org/2000/svg" width="346" height="310" viewBox="0 0 346 310" role="img" aria-label="Calibration">
        {Enumerable.Range(0, 5).Select(quarter => Tick(quarter / 4.0))}
        {report.Reliability.Select((bin, index) => Bar(bin, index, report.Reliability.Count))}
        <line x1="{Left}" y1="{Top + Side}" x2="{Left + Side}" y2="{Top}" stroke="#d95f02" stroke-dasharray="4 3"/>
        <text x="{Left + Side / 2}" y="{Top + Side + 40}" text-anchor="middle">probability of the predicted class</text>
        <text x="16" y="{Top + Side / 2}" text-anchor="middle" transform="rotate(-90 16 {Top + Side / 2})">right</text>
        </svg>
        """);

    private static Markup Tick(double fraction) => Markup.Format(
        $"""
        <line x1="{Left}" y1="{Y(fraction)}" x2="{Left + Side}" y2="{Y(fraction)}" stroke="#8886"/>
        <text x="{Left - 8}" y="{Y(fraction) + 4}" text-anchor="end">{100 * fraction:0} %</text>
        <text x="{Left + Side * fraction}" y="{Top + Side + 18}" text-anchor="middle">{100 * fraction:0} %</text>
        """);

    private static Markup Bar(ReliabilityBin bin, int index, int bins)
    {
        if (bin.Images == 0) return default;
        double width = Side / bins;
        return Markup.Format(
            $"""
            <rect x="{Left + index * width + 1:0.##}" y="{Y(bin.Accuracy):0.##}" width="{width - 2:0.##}"
             height="{Side * bin.Accuracy:0.##}" fill="#1f77b4"><title>{ReportNumber.Percent(bin.Accuracy)} of
            {ReportNumber.Count(bin.Images)} right at {ReportNumber.Percent(bin.Confidence)}</title></rect>
            """);
    }

    private static double Y(double fraction) => Top + Side * (1 - fraction);
}
