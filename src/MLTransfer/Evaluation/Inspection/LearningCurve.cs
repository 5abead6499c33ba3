namespace MLTransfer;

/// <summary>
/// How the accuracy of linear heads grows with the number of images, and what more images would roughly give: an estimate by the inverse
/// power law error = a + b · images^-c (Figueroa and others 2012, "Predicting sample size required for classification performance"),
/// fitted to the measured points by least squares with a and b not negative. It holds for a head on frozen features, and for more images
/// like those that are there.
/// </summary>
/// <param name="Points">The measured points, in the order of the number of images.</param>
public sealed record LearningCurve(IReadOnlyList<LearningCurvePoint> Points)
{
    private const int LeastPoints = 3;
    private const double LeastExponent = 0.05, MostExponent = 2, ExponentStep = 0.05;

    /// <summary>
    /// The estimated accuracy after training on a number of images; NaN where fewer than three points were measured. The further away from
    /// the points, the rougher.
    /// </summary>
    /// <param name="images">The number of images, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public double EstimatedAccuracy(long images)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        if (Points.Count < LeastPoints) return double.NaN;
        (double floor, double scale, double exponent) = Fit();
        return Math.Clamp(1 - floor - scale * Math.Pow(images, -exponent), 0, 1);
    }

    // For a given exponent the other two are those of a straight line.
    private (double Floor, double Scale, double Exponent) Fit()
    {
        int steps = (int)Math.Round((MostExponent - LeastExponent) / ExponentStep);
        (var line, double exponent) = Enumerable.Range(0, steps + 1).Select(step => LeastExponent + step * ExponentStep)
            .Select(exponent => (Line(exponent), exponent)).MinBy(fit => fit.Item1.Squares);
        return (line.Floor, line.Scale, exponent);
    }

    private (double Floor, double Scale, double Squares) Line(double exponent)
    {
        double[] x = [.. Points.Select(point => Math.Pow(point.Images, -exponent))];
        double[] errors = [.. Points.Select(point => 1 - point.Accuracy)];
        double meanX = x.Average(), mean = errors.Average();
        double spread = x.Sum(value => (value - meanX) * (value - meanX));
        double slope = spread == 0 ? 0 : Math.Max(0, x.Zip(errors, (value, error) => (value - meanX) * (error - mean)).Sum() / spread);
        double floor = mean - slope * meanX;
        if (floor < 0)
            (floor, slope) = (0, x.Zip(errors, (value, error) => value * error).Sum() / x.Sum(value => value * value));
        return (floor, slope, x.Zip(errors, (value, error) => Math.Pow(floor + slope * value - error, 2)).Sum());
    }
}

/// <summary>The accuracy after training on some images.</summary>
/// <param name="Images">The number of images that each head was trained on.</param>
/// <param name="Accuracy">The fraction of all images that are classified correctly while they are held out.</param>
/// <param name="Deviation">The sample standard deviation of this fraction between the folds.</param>
public sealed record LearningCurvePoint(int Images, double Accuracy, double Deviation);
