using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Resampling;

/// <summary>Weighs neighbouring pixels of a row; pixels have four bytes, two of them fill a vector.</summary>
internal sealed class HorizontalPass
{
    private const int PixelsAtOnce = 2;

    private readonly Kernel _columns;
    private readonly int _steps;

    // For each result pixel and each pair of source pixels: the first weight four times, then the second.
    private readonly Vector256<int>[] _weights;

    internal HorizontalPass(Kernel columns)
    {
        _columns = columns;
        _steps = (columns.Taps + PixelsAtOnce - 1) / PixelsAtOnce;
        _weights = new Vector256<int>[columns.Count * _steps];
        for (int pixel = 0; pixel < columns.Count; pixel++)
        {
            ReadOnlySpan<int> weights = columns.Weights(pixel);
            for (int step = 0; step < _steps; step++)
            {
                int second = step * 2 + 1 < weights.Length ? weights[step * 2 + 1] : 0;
                _weights[pixel * _steps + step] = Vector256.Create(Vector128.Create(weights[step * 2]), Vector128.Create(second));
            }
        }
    }

    /// <summary>Bytes that a source row needs: weights of 0 are multiplied too, beyond its end.</summary>
    internal int SourceRowLength => (_columns.Length + _columns.Taps + PixelsAtOnce) * 4;

    /// <param name="source">The pixels from the kernel's first on.</param>
    /// <param name="target">A pixel for each of the kernel's.</param>
    internal void Run(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int pixel = 0; pixel < _columns.Count; pixel++)
        {
            ReadOnlySpan<byte> from = source.Slice(_columns.Start(pixel) * 4, _steps * 8);
            ReadOnlySpan<Vector256<int>> weights = _weights.AsSpan(pixel * _steps, _steps);
            ReadOnlySpan<ulong> pairs = MemoryMarshal.Cast<byte, ulong>(from);
            Vector256<int> sums = Vector256<int>.Zero;
            for (int step = 0; step < weights.Length && step < pairs.Length; step++)
                sums += Lanes.Widen(pairs[step]) * weights[step];
            Vector128<int> sum = sums.GetLower() + sums.GetUpper() + Vector128.Create(Lanes.Half);
            MemoryMarshal.Write(target[(pixel * 4)..], Lanes.Narrow(sum));
        }
    }
}
