namespace MLTransfer;

/// <summary>How the training loss changes while the learning rate rises, and which rates it suggests (Smith 2015).</summary>
/// <param name="Points">The learning rates, rising, and the loss at each, smoothed over the steps before.</param>
public sealed record LearningRateCurve(IReadOnlyList<LearningRatePoint> Points)
{
    // The first losses are hardly smoothed, and the last ones are those of a training that diverges.
    private const int LeftOutAtTheEnd = 5;
    private const double LeftOutAtTheStart = 0.1;

    /// <summary>The rate at which the loss falls the most steeply; NaN where it never falls.</summary>
    public double Steepest
    {
        get
        {
            LearningRatePoint[] points = Useful();
            var falls = points.Zip(points.Skip(1))
                .Select(pair => (
                    pair.First.Rate,
                    Slope: (pair.Second.Loss - pair.First.Loss) / Math.Log(pair.Second.Rate / pair.First.Rate)))
                .Where(fall => fall.Slope < 0).ToArray();
            return falls.Length == 0 ? double.NaN : falls.MinBy(fall => fall.Slope).Rate;
        }
    }

    /// <summary>
    /// The rate in the middle of the longest stretch over which the loss falls, small rises left aside: the safer of the two; NaN where it
    /// never falls.
    /// </summary>
    public double Valley
    {
        get
        {
            LearningRatePoint[] points = Useful();
            if (points.Length == 0) return double.NaN;
            // For each point, how many points the longest fall has that ends there, and where it begins: as late as possible.
            var falls = new (int Length, int First)[points.Length];
            for (int last = 0; last < points.Length; last++)
            {
                falls[last] = Enumerable.Range(0, last).Reverse().Where(before => points[before].Loss > points[last].Loss)
                    .Select(before => (falls[before].Length + 1, falls[before].First)).Append((1, last)).MaxBy(fall => fall.Item1);
            }

            int end = Enumerable.Range(0, points.Length).MaxBy(index => falls[index].Length);
            return falls[end].Length < 2 ? double.NaN : points[(falls[end].First + end) / 2].Rate;
        }
    }

    private LearningRatePoint[] Useful()
    {
        int first = (int)(Points.Count * LeftOutAtTheStart);
        return [.. Points.Skip(first).Take(Math.Max(0, Points.Count - first - LeftOutAtTheEnd))];
    }
}

/// <summary>One step of the search for a learning rate.</summary>
/// <param name="Rate">Its learning rate.</param>
/// <param name="Loss">The loss before it, smoothed.</param>
public readonly record struct LearningRatePoint(double Rate, double Loss);
