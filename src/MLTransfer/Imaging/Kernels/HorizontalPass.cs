using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Weighs neighbouring pixels of a row; pixels have four bytes, two of them fill a vector.</summary>
internal readonly ref struct HorizontalPass
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
        _weights = ArrayPool<Vector256<int>>.Shared.Rent(columns.Count * _steps);
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
    // References instead of spans inside: checking each pair's bounds took as long as the arithmetic. The slice checks them once.
    internal void Run(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref byte first = ref MemoryMarshal.GetReference(source[..SourceRowLength]);
        ref Vector256<int> weight = ref MemoryMarshal.GetArrayDataReference(_weights);
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(target)[.._columns.Count];
        int steps = _steps;
        for (int pixel = 0; pixel < pixels.Length; pixel++)
        {
            ref byte from = ref Unsafe.Add(ref first, _columns.Start(pixel) * 4);
            Vector256<int> sums = Vector256<int>.Zero;
            for (int step = 0; step < steps; step++)
            {
                sums += Lanes.Widen(Unsafe.ReadUnaligned<ulong>(ref from)) * weight;
                from = ref Unsafe.Add(ref from, 8);
                weight = ref Unsafe.Add(ref weight, 1);
            }
            pixels[pixel] = Lanes.Narrow(sums.GetLower() + sums.GetUpper() + Vector128.Create(Lanes.Half));
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<Vector256<int>>.Shared.Return(_weights);
}
