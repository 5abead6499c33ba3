using System.Globalization;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer;

/// <summary>Plots the losses of a search for a learning rate.</summary>
public static class LearningRateChart
{
    private const int SuggestionHeight = 16;

    /// <summary>
    /// Plots the losses over the logarithm of the learning rate, with the suggested rates, as the text of an SVG file of 560 × 310 pixels.
    /// </summary>
    /// <param name="curve">The losses. Without points, the plot has axes alone.</param>
    /// <returns>The text, which needs no other file.</returns>
    public static string ToSvg(this LearningRateCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return Render(curve).Source;
    }

    /// <summary>The plot with its heading, as a part of a page.</summary>
    internal static Markup Section(LearningRateCurve curve) => Markup.Format($"<h2>Search for the learning rate</h2>\n{Render(curve)}");

    /// <summary>The plot on a page of its own.</summary>
    /// <param name="curve">The losses.</param>
    /// <param name="settings">Names and values of the settings that it was searched with.</param>
    internal static Markup Page(LearningRateCurve curve, IEnumerable<(string Name, string Value)> settings) => ReportPage.Render(
        double.IsNaN(curve.Valley) ? "No learning rate can be suggested"
            : string.Create(CultureInfo.InvariantCulture, $"Suggested learning rate: {curve.Valley:g2}"),
        Markup.Format($"{Render(curve)}\n{ReportPage.Settings(settings)}"));

    internal static Markup Render(LearningRateCurve curve)
    {
        double[] powers = [.. curve.Points.Select(point => Math.Log10(point.Rate))], losses = [.. curve.Points.Select(point => point.Loss)];
        (double first, double last) = powers.Length == 0 ? (0, 1) : (Math.Floor(powers[0]), Math.Ceiling(powers[^1]));
        var x = new Axis(first, last, LineChart.Left, LineChart.Right, [.. Powers(first, last)], "0");
        Axis y = Axis.ForLosses(losses, LineChart.Bottom, LineChart.Top);
        string path = string.Join(' ', powers.Zip(losses, (power, loss) => string.Create(
            CultureInfo.InvariantCulture, $"{x.Position(power):0.##},{y.Position(loss):0.##}")));
        return Markup.Format(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="560" height="310" viewBox="0 0 560 310" role="img"
                aria-label="Loss by learning rate" font-family="system-ui, sans-serif" font-size="12">
            <text x="{LineChart.Left}" y="18" font-weight="600">Loss by learning rate</text>
            {y.Ticks.Select(tick => GridLine(y.Position(tick), y.Label(tick)))}
            {x.Ticks.Select(power => Number(x.Position(power), $"1e{x.Label(power)}"))}
            <text x="{(LineChart.Left + LineChart.Right) / 2}" y="{LineChart.Bottom + 40}" text-anchor="middle">learning rate</text>
            {Suggestion("steepest", curve.Steepest, x, 0)}
            {Suggestion("valley", curve.Valley, x, 1)}
            <polyline points="{path}" fill="none" stroke="#1f77b4" stroke-width="2"/>
            </svg>

            """);
    }

    private static IEnumerable<double> Powers(double first, double last) =>
        Enumerable.Range((int)first, (int)(last - first) + 1).Select(power => (double)power);

    private static Markup GridLine(double y, string label) => Markup.Format(
        $"""
        <line x1="{LineChart.Left}" y1="{y:0.##}" x2="{LineChart.Right}" y2="{y:0.##}" stroke="#8886"/>
        <text x="{LineChart.Left - 8}" y="{y + 4:0.##}" text-anchor="end">{label}</text>
        """);

    private static Markup Number(double x, string label) =>
        Markup.Format($"<text x=\"{x:0.##}\" y=\"{LineChart.Bottom + 18}\" text-anchor=\"middle\">{label}</text>");

    private static Markup Suggestion(string name, double rate, Axis x, int row)
    {
        if (double.IsNaN(rate)) return default;
        double at = x.Position(Math.Log10(rate)), top = LineChart.Top + row * SuggestionHeight;
        string label = string.Create(CultureInfo.InvariantCulture, $"{name}: {rate:g2}");
        return Markup.Format(
            $"""
            <line x1="{at:0.##}" y1="{top}" x2="{at:0.##}" y2="{LineChart.Bottom}" stroke="#666" stroke-dasharray="4 3"/>
            <text x="{at + 4:0.##}" y="{top + 10}" fill="#666">{label}</text>
            """);
    }
}
