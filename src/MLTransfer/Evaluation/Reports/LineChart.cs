namespace MLTransfer.Evaluation.Reports;

/// <summary>Curves over the epochs, with axes, a legend and the best epoch marked.</summary>
internal static class LineChart
{
    internal const double Left = 60;
    internal const double Right = 540;
    internal const double Top = 40;
    internal const double Bottom = 260;

    private const double LegendWidth = 130;

    internal static Markup Of(string title, Axis up, IReadOnlyList<Curve> curves, int bestEpoch)
    {
        var across = Axis.OfEpochs(curves.Max(curve => curve.Values.Count), Left, Right);
        var shown = curves.Where(curve => !curve.IsEmpty).ToArray();
        return Markup.Of(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="560" height="310" viewBox="0 0 560 310" role="img" aria-label="{title}">
            <text x="{Left}" y="18" font-weight="600">{title}</text>
            {shown.Select(Legend)}
            {up.Ticks.Select(tick => Line(up, tick))}
            {across.Ticks.Select(tick => Number(across, tick))}
            <text x="{(Left + Right) / 2}" y="{Bottom + 40}" text-anchor="middle">epoch</text>
            {Best(across, bestEpoch)}
            {shown.Select(curve => curve.Draw(across, up))}
            </svg>
            """);
    }

    private static Markup Legend(Curve curve, int index)
    {
        var x = Right - LegendWidth * (2 - index);
        return Markup.Of($"<rect x=\"{x}\" y=\"10\" width=\"14\" height=\"8\" fill=\"{curve.Colour}\"/><text x=\"{x + 20}\" y=\"18\">{curve.Name}</text>");
    }

    private static Markup Line(Axis up, double tick)
    {
        var y = up.Place(tick);
        return Markup.Of(
            $"""
            <line x1="{Left}" y1="{y:0.##}" x2="{Right}" y2="{y:0.##}" stroke="#ddd"/>
            <text x="{Left - 8}" y="{y + 4:0.##}" text-anchor="end">{up.Written(tick)}</text>
            """);
    }

    private static Markup Number(Axis across, double tick) =>
        Markup.Of($"<text x=\"{across.Place(tick):0.##}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{across.Written(tick)}</text>");

    private static IEnumerable<Markup> Best(Axis across, int epoch)
    {
        if (epoch < 1)
            yield break;
        var x = across.Place(epoch);
        yield return Markup.Of(
            $"""
            <line x1="{x:0.##}" y1="{Top}" x2="{x:0.##}" y2="{Bottom}" stroke="#666" stroke-dasharray="4 3"/>
            <text x="{x:0.##}" y="{Top - 5}" text-anchor="middle" fill="#666">best: {epoch}</text>
            """);
    }
}
