using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Weighs rows above each other, many columns at a time.</summary>
internal static class VerticalPass
{
    private const int BytesAtOnce = 32;

    /// <summary>Bytes of a row of so many pixels, rounded up to what is computed at once.</summary>
    internal static int StrideOf(int pixels) => (pixels * 4 + BytesAtOnce - 1) / BytesAtOnce * BytesAtOnce;

    /// <param name="source">The first of the rows to weigh, <paramref name="stride"/> bytes apart.</param>
    /// <param name="stride">Bytes of a row.</param>
    /// <param name="weights">A weight for each row; rows that are not there have weight 0.</param>
    /// <param name="target">A row.</param>
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
