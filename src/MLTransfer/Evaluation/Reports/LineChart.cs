using System.Globalization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>Curves over the epochs as SVG, with axes, a legend and a mark at the best epoch.</summary>
internal static class LineChart
{
    internal const double Left = 60;
    internal const double Right = 540;
    internal const double Top = 40;
    internal const double Bottom = 260;

    private const double LegendWidth = 130;

    // Half of "best: 1000" has room between this and the edge.
    private const double RightmostLabel = 528;

    /// <param name="title">Heading of the chart.</param>
    /// <param name="y">The axis of the values, from <see cref="Bottom"/> to <see cref="Top"/>.</param>
    /// <param name="curves">Two curves; those without a finite value are left out.</param>
    /// <param name="bestEpoch">The epoch to mark, from 1; 0 marks none.</param>
    internal static Markup Render(string title, Axis y, IReadOnlyList<Curve> curves, int bestEpoch)
    {
        Axis x = Axis.ForEpochs(curves.Max(curve => curve.Values.Count), Left, Right);
        Curve[] shown = [.. curves.Where(curve => !curve.IsEmpty)];
        return Markup.Format(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="560" height="310" viewBox="0 0 560 310" role="img" aria-label="{title}">
            <text x="{Left}" y="18" font-weight="600">{title}</text>
            {shown.Select(LegendEntry)}
            {y.Ticks.Select(tick => GridLine(y.Position(tick), y.Label(tick)))}
            {x.Ticks.Select(tick => EpochNumber(x.Position(tick), x.Label(tick)))}
            <text x="{(Left + Right) / 2}" y="{Bottom + 40}" text-anchor="middle">epoch</text>
            {(bestEpoch > 0 ? BestEpoch(x.Position(bestEpoch), bestEpoch) : default)}
            {shown.Select(curve => curve.Render(x, y))}
            </svg>
            """);
    }

    private static Markup LegendEntry(Curve curve, int index)
    {
        double x = Right - LegendWidth * (2 - index);
        return Markup.Format(
            $"""
            <rect x="{x}" y="10" width="14" height="8" fill="{curve.Color}"/><text x="{x + 20}" y="18">{curve.Name}</text>
            """);
    }

    private static Markup GridLine(double y, string label) => Markup.Format(
        $"""
        <line x1="{Left}" y1="{y:0.##}" x2="{Right}" y2="{y:0.##}" stroke="#8886"/>
        <text x="{Left - 8}" y="{y + 4:0.##}" text-anchor="end">{label}</text>
        """);

    private static Markup EpochNumber(double x, string label) =>
        Markup.Format($"<text x=\"{x:0.##}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{label}</text>");

    private static Markup BestEpoch(double x, int epoch) => Markup.Format(
        $"""
        <line x1="{x:0.##}" y1="{Top}" x2="{x:0.##}" y2="{Bottom}" stroke="#666" stroke-dasharray="4 3"/>
        <text x="{Math.Min(x, RightmostLabel):0.##}" y="{Top - 5}" text-anchor="middle" fill="#666">best: {epoch}</text>
        """);
}

/// <summary>A line through one value per epoch; NaN and infinity interrupt it.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Color">A CSS color.</param>
/// <param name="Values">The values, from epoch 1 on.</param>
internal sealed record Curve(string Name, string Color, IReadOnlyList<double> Values)
{
    internal bool IsEmpty => !Values.Any(double.IsFinite);

    internal Markup Render(Axis x, Axis y) => Markup.Format(
        $"""
        <path d="{Path(x, y)}" fill="none" stroke="{Color}" stroke-width="2"/>
        {IsolatedPoints(x, y).Select(dot => Markup.Format($"<circle cx=\"{dot.X:0.##}\" cy=\"{dot.Y:0.##}\" r=\"3.5\" fill=\"{Color}\"/>"))}
        """);

    /// <summary>The data of an SVG path: M moves, L draws.</summary>
    internal string Path(Axis x, Axis y) => string.Join(' ', Enumerable.Range(0, Values.Count).Where(IsFinite).Select(index =>
        string.Create(CultureInfo.InvariantCulture,
            $"{(IsFinite(index - 1) ? 'L' : 'M')}{x.Position(index + 1):0.##},{y.Position(Values[index]):0.##}")));

    /// <summary>Points without a neighbor: no line leads to them, so they are drawn as dots.</summary>
    internal IEnumerable<(double X, double Y)> IsolatedPoints(Axis x, Axis y) => Enumerable.Range(0, Values.Count)
        .Where(index => IsFinite(index) && !IsFinite(index - 1) && !IsFinite(index + 1))
        .Select(index => (x.Position(index + 1), y.Position(Values[index])));

    private bool IsFinite(int index) => index >= 0 && index < Values.Count && double.IsFinite(Values[index]);
}

/// <summary>Maps values to coordinates of a chart, linearly.</summary>
/// <param name="Minimum">The value at <paramref name="Start"/>.</param>
/// <param name="Maximum">The value at <paramref name="End"/>; if it equals the minimum, it is placed in the middle.</param>
/// <param name="Start">Coordinate of the minimum.</param>
/// <param name="End">Coordinate of the maximum.</param>
/// <param name="Ticks">The values that are labeled.</param>
/// <param name="Format">Number format of the labels.</param>
internal sealed record Axis(double Minimum, double Maximum, double Start, double End, IReadOnlyList<double> Ticks, string Format)
{
    private const int MostEpochTicks = 10;
    private const int MostLossTicks = 5;

    private static readonly double[] RoundFactors = [1, 2, 5];

    internal double Position(double value) =>
        Maximum > Minimum ? Start + (value - Minimum) / (Maximum - Minimum) * (End - Start) : (Start + End) / 2;

    internal string Label(double value) => value.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>From the first epoch to the last, with ticks at whole numbers.</summary>
    internal static Axis ForEpochs(int epochs, double start, double end)
    {
        double step = Math.Max(1, RoundStep(Math.Max(1, epochs - 1), MostEpochTicks));
        return new(1, epochs, start, end, Multiples(1, epochs, step), "0");
    }

    /// <summary>From 0 to the first tick that no value exceeds; to 1 if no value is above 0.</summary>
    internal static Axis ForLosses(IEnumerable<double> values, double start, double end)
    {
        double largest = values.Where(value => double.IsFinite(value) && value > 0).DefaultIfEmpty(1).Max();
        double step = RoundStep(largest, MostLossTicks);
        double last = Math.Ceiling(largest / step - 1e-6) * step;
        return new(0, last, start, end, Multiples(0, last, step), "G6");
    }

    /// <summary>From 0 % to 100 %.</summary>
    internal static Axis ForFractions(double start, double end) => new(0, 1, start, end, [0, 0.2, 0.4, 0.6, 0.8, 1], "0 %");

    /// <summary>The smallest of 1, 2 or 5 times a power of ten that divides a span into no more than the given number of parts.</summary>
    internal static double RoundStep(double span, int mostParts)
    {
        double least = span / mostParts;
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        // A tolerance of one part in a million: 0.3 / 3 is slightly more than 0.1.
        return power * RoundFactors.FirstOrDefault(factor => factor * power * 1.000001 >= least, 10.0);
    }

    private static double[] Multiples(double first, double last, double step)
    {
        int from = (int)Math.Ceiling(first / step - 1e-6), to = (int)Math.Floor(last / step + 1e-6);
        return [.. Enumerable.Range(from, to - from + 1).Select(multiple => multiple * step)];
    }
}
