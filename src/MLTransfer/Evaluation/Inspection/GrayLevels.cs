using System.Numerics;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>An image of 16 × 16 gray pixels, to compare it with others.</summary>
internal sealed class GrayLevels
{
    private const int Side = 16;

    private readonly byte[] _levels;
    private readonly byte[] _mirrored;
    private readonly double _mean;
    private readonly double _deviation;

    internal GrayLevels(Image image)
    {
        _levels = Thumbnails.ShrinkToGray(image, Side, Side);
        _mirrored = [.. _levels.Chunk(Side).SelectMany(row => row.Reverse())];
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
        double products = SumOfProducts(_levels, mirrored ? other._mirrored : other._levels);
        return (products / _levels.Length - _mean * other._mean) / (_deviation * other._deviation);
    }

    private static uint SumOfProducts(byte[] one, byte[] other)
    {
        Vector<uint> sum = Vector<uint>.Zero;
        for (int pixel = 0; pixel < one.Length; pixel += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(one, pixel), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(new Vector<byte>(other, pixel), out Vector<ushort> otherLow, out Vector<ushort> otherHigh);
            // A product of two bytes fits into 16 bits.
            Vector.Widen(low * otherLow, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high * otherHigh, out Vector<uint> third, out Vector<uint> fourth);
            sum += first + second + third + fourth;
        }
        return Vector.Sum(sum);
    }
}
