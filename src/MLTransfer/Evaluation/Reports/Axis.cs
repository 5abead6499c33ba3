using System.Globalization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>Maps values onto a line of the drawing.</summary>
/// <param name="Minimum">The value at <paramref name="From"/>.</param>
/// <param name="Maximum">The value at <paramref name="To"/>; a single value lies in the middle.</param>
/// <param name="From">Where the axis starts, in units of the drawing.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Ticks">The values with a number.</param>
/// <param name="Format">How they are written.</param>
internal sealed record Axis(double Minimum, double Maximum, double From, double To, IReadOnlyList<double> Ticks, string Format)
{
    private const int MostEpochTicks = 10;
    private const int MostValueTicks = 5;

    internal double Place(double value) =>
        Maximum > Minimum ? From + (value - Minimum) / (Maximum - Minimum) * (To - From) : (From + To) / 2;

    internal string Written(double value) => value.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>From the first epoch to the last, numbered in whole steps.</summary>
    internal static Axis OfEpochs(int epochs, double from, double to)
    {
        var step = Math.Max(1, RoundNumbers.Step(Math.Max(1, epochs - 1), MostEpochTicks));
        return new(1, epochs, from, to, [.. RoundNumbers.Between(1, epochs, step)], "0");
    }

    /// <summary>From 0 to the first round number that no value exceeds; to 1 where there is none above 0.</summary>
    internal static Axis OfLosses(IEnumerable<double> values, double from, double to)
    {
        var largest = values.Where(value => double.IsFinite(value) && value > 0).DefaultIfEmpty(1).Max();
        var step = RoundNumbers.Step(largest, MostValueTicks);
        var end = Math.Ceiling(largest / step - 1e-6) * step;
        return new(0, end, from, to, [.. RoundNumbers.Between(0, end, step)], "G6");
    }

    internal static Axis OfShares(double from, double to) => new(0, 1, from, to, [0, 0.2, 0.4, 0.6, 0.8, 1], "0 %");
}
