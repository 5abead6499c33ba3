using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>The weighted sums along a row; pixels have four bytes, two of them fill a vector.</summary>
internal readonly ref struct HorizontalPass
{
    private const int PixelsAtOnce = 2;

    private readonly ResamplingKernel _columns;
    private readonly int _steps;

    // For each result pixel and each pair of source pixels: the first weight four times, then the second.
    private readonly Vector256<int>[] _weights;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal HorizontalPass(ResamplingKernel columns)
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

    /// <summary>Bytes a source row must have: weights of 0 beyond its end are multiplied as well.</summary>
    internal int SourceRowLength => (_columns.Length + _columns.Taps + PixelsAtOnce) * 4;

    /// <param name="source">The source pixels, from the kernel's first on.</param>
    /// <param name="target">Receives one pixel for each of the kernel's.</param>
    // References instead of spans inside: checking each pair's bounds took as long as the arithmetic. The slice checks them once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Returns the rented memory.</summary>
    public void Dispose() => ArrayPool<Vector256<int>>.Shared.Return(_weights);
}

/// <summary>The weighted sums across rows, many columns at a time.</summary>
internal static class VerticalPass
{
    private const int BytesAtOnce = 32;

    /// <summary>Bytes of a row, rounded up to whole vectors.</summary>
    internal static int StrideFor(int pixels) => (pixels * 4 + BytesAtOnce - 1) / BytesAtOnce * BytesAtOnce;

    /// <param name="source">The rows, <paramref name="stride"/> bytes apart.</param>
    /// <param name="stride">Bytes of a row.</param>
    /// <param name="weights">A weight for each row; trailing rows of weight 0 need not exist.</param>
    /// <param name="target">Receives the row of sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<int> weights, Span<byte> target)
    {
        int taps = weights.Length;
        while (taps > 0 && weights[taps - 1] == 0)
            taps--;
        for (int x = 0; x < stride; x += BytesAtOnce)
        {
            Vector256<int> half = Vector256.Create(Lanes.Half), a = half, b = half, c = half, d = half;
            for (int tap = 0; tap < taps; tap++)
            {
                ReadOnlySpan<ulong> part = MemoryMarshal.Cast<byte, ulong>(source.Slice(tap * stride + x, BytesAtOnce));
                Vector256<int> weight = Vector256.Create(weights[tap]);
                a += Lanes.Widen(part[0]) * weight;
                b += Lanes.Widen(part[1]) * weight;
                c += Lanes.Widen(part[2]) * weight;
                d += Lanes.Widen(part[3]) * weight;
            }
            Lanes.Narrow(a, b, c, d).CopyTo(target[x..]);
        }
    }
}

/// <summary>Conversions between bytes and fixed-point sums.</summary>
internal static class Lanes
{
    /// <summary>Added before the fraction is cut off, so that the sum is rounded.</summary>
    internal const int Half = 1 << (ResamplingKernel.FractionBits - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(ulong bytes)
    {
        Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte());
        return Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32();
    }

    /// <summary>Four sums to four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Narrow(Vector128<int> sums)
    {
        Vector128<int> clamped = Vector128.Clamp(sums >> ResamplingKernel.FractionBits, Vector128<int>.Zero, Vector128.Create(255));
        Vector128<short> words = Vector128.Narrow(clamped, clamped);
        return Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsUInt32().ToScalar();
    }

    /// <summary>Thirty-two sums to thirty-two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Narrow(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d) =>
        Vector256.Narrow(Vector256.Narrow(Clamped(a), Clamped(b)), Vector256.Narrow(Clamped(c), Clamped(d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Clamped(Vector256<int> sums) =>
        Vector256.Clamp(sums >> ResamplingKernel.FractionBits, Vector256<int>.Zero, Vector256.Create(255)).AsUInt32();
}
