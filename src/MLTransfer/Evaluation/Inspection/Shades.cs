using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>An image in 16 × 16 shades, to be compared with another whatever their brightness and contrast.</summary>
internal sealed class Shades
{
    private const int Side = 16;

    private readonly byte[] _grey;
    private readonly double _mean;
    private readonly double _deviation;

    public Shades(Image image)
    {
        _grey = BoxAverage.GreyOf(image, Side, Side);
        _mean = _grey.Average(shade => (double)shade);
        _deviation = Math.Sqrt(_grey.Average(shade => (shade - _mean) * (shade - _mean)));
    }

    /// <summary>Pearson's correlation, −1 to 1; 0 where one of them is a single shade.</summary>
    public double CorrelationWith(Shades other)
    {
        if (_deviation == 0 || other._deviation == 0)
            return 0;
        long products = 0;
        for (int pixel = 0; pixel < _grey.Length; pixel++)
            products += _grey[pixel] * other._grey[pixel];
        return ((double)products / _grey.Length - _mean * other._mean) / (_deviation * other._deviation);
    }
}
