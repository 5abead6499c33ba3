using System.Globalization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>A line through the values of the epochs, broken where one is not a number.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Colour">Its colour in CSS.</param>
/// <param name="Values">One value for each epoch, from epoch 1 on.</param>
internal sealed record Curve(string Name, string Colour, IReadOnlyList<double> Values)
{
    internal bool IsEmpty => !Values.Any(double.IsFinite);

    internal Markup Draw(Axis across, Axis up) => Markup.Of(
        $"""
        <path d="{Path(across, up)}" fill="none" stroke="{Colour}" stroke-width="2"/>
        {Alone(across, up).Select(dot => Markup.Of($"<circle cx=\"{dot.X:0.##}\" cy=\"{dot.Y:0.##}\" r=\"3.5\" fill=\"{Colour}\"/>"))}
        """);

    /// <summary>The path in SVG's words: M moves, L draws.</summary>
    internal string Path(Axis across, Axis up) => string.Join(' ', Enumerable.Range(0, Values.Count).Where(IsKnown).Select(index =>
        string.Create(CultureInfo.InvariantCulture,
            $"{(IsKnown(index - 1) ? 'L' : 'M')}{across.Place(index + 1):0.##},{up.Place(Values[index]):0.##}")));

    // A line has no length where an epoch has no neighbour; a dot is seen.
    internal IEnumerable<(double X, double Y)> Alone(Axis across, Axis up) => Enumerable.Range(0, Values.Count)
        .Where(index => IsKnown(index) && !IsKnown(index - 1) && !IsKnown(index + 1))
        .Select(index => (across.Place(index + 1), up.Place(Values[index])));

    private bool IsKnown(int index) => index >= 0 && index < Values.Count && double.IsFinite(Values[index]);
}
