namespace MLTransfer.Evaluation.Reports;

/// <summary>The round numbers of an axis.</summary>
internal static class RoundNumbers
{
    private static readonly double[] Round = [1, 2, 5];

    /// <summary>The smallest of 1, 2 or 5 times a power of ten that divides a span into at most so many parts.</summary>
    internal static double Step(double span, int most)
    {
        var least = span / most;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        // A part in a million of slack: 0.3 / 3 is a little more than 0.1.
        var factor = Round.FirstOrDefault(round => round * power * 1.000001 >= least, 10.0);
        return factor * power;
    }

    /// <summary>The multiples of a step from one value to another, both included.</summary>
    internal static IEnumerable<double> Between(double first, double last, double step)
    {
        var begin = (long)Math.Ceiling(first / step - 1e-6);
        var end = (long)Math.Floor(last / step + 1e-6);
        for (var multiple = begin; multiple <= end; multiple++)
            yield return multiple * step;
    }
}
