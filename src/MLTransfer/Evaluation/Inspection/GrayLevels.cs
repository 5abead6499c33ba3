using System.Numerics;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>An image of 16 × 16 gray pixels, to compare it with others.</summary>
internal sealed class GrayLevels
{
    private const int Side = 16;

    private readonly float[] _levels;
    private readonly double _mean;
    private readonly double _deviation;

    internal GrayLevels(Image image)
    {
        _levels = [.. Thumbnails.ShrinkToGray(image, Side, Side).Select(level => (float)level)];
        _mean = _levels.Average(level => (double)level);
        _deviation = Math.Sqrt(_levels.Average(level => (level - _mean) * (level - _mean)));
    }

    /// <summary>Pearson's correlation, which ignores brightness and contrast; 0 if all pixels of an image are equal.</summary>
    /// <param name="other">The other image.</param>
    /// <param name="mirrored">Whether the other image is mirrored left to right before.</param>
    internal double CorrelationWith(GrayLevels other, bool mirrored = false)
    {
        if (_deviation == 0 || other._deviation == 0)
            return 0;
        float[] levels = mirrored ? other.Mirrored() : other._levels;
        // Exact: the sum of 256 products of bytes is below 2^24.
        Vector<float> products = Vector<float>.Zero;
        for (int pixel = 0; pixel < _levels.Length; pixel += Vector<float>.Count)
            products += new Vector<float>(_levels, pixel) * new Vector<float>(levels, pixel);
        return (Vector.Sum(products) / (double)_levels.Length - _mean * other._mean) / (_deviation * other._deviation);
    }

    private float[] Mirrored() => [.. _levels.Chunk(Side).SelectMany(row => row.Reverse())];
}
