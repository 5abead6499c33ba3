namespace MLTransfer.Cli.Bench;

/// <summary>The middle of some measurements.</summary>
internal static class Median
{
    internal static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
