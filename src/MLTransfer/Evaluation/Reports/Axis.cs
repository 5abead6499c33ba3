using System.Globalization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>Maps values to coordinates of a chart, linearly.</summary>
/// <param name="Minimum">The value at <paramref name="Start"/>.</param>
/// <param name="Maximum">The value at <paramref name="End"/>; if it equals the minimum, it is placed in the middle.</param>
/// <param name="Start">Coordinate of the minimum.</param>
/// <param name="End">Coordinate of the maximum.</param>
/// <param name="Ticks">The values that are labelled.</param>
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
