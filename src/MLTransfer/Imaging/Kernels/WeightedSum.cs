using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Sums of weighted rows of numbers, and the way from levels to numbers and back.</summary>
internal static class WeightedSum
{
    private const int AtOnce = 32;

    /// <summary>How long a row must be to hold so many numbers; those beyond have no meaning.</summary>
    internal static int LengthFor(int numbers) => (numbers + AtOnce - 1) / AtOnce * AtOnce;

    /// <param name="source">Where the rows begin.</param>
    /// <param name="starts">Where in it, for each of them.</param>
    /// <param name="weights">What each is multiplied by.</param>
    /// <param name="target">The sum, as long as <see cref="LengthFor"/> says.</param>
    internal static void Run(ReadOnlySpan<float> source, ReadOnlySpan<int> starts, ReadOnlySpan<float> weights, Span<float> target)
    {
        foreach (int start in starts)
            _ = source.Slice(start, target.Length);
        ref float first = ref MemoryMarshal.GetReference(source);
        for (int i = 0; i < target.Length; i += AtOnce)
        {
            Vector256<float> a = default, b = default, c = default, d = default;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                ref float from = ref Unsafe.Add(ref first, starts[tap] + i);
                Vector256<float> weight = Vector256.Create(weights[tap]);
                a = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from), weight, a);
                b = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 8), weight, b);
                c = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 16), weight, c);
                d = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 24), weight, d);
            }
            Span<float> sums = target.Slice(i, AtOnce);
            a.CopyTo(sums);
            b.CopyTo(sums[8..]);
            c.CopyTo(sums[16..]);
            d.CopyTo(sums[24..]);
        }
    }

    /// <summary>Levels to numbers.</summary>
    internal static void Widen(ReadOnlySpan<byte> levels, Span<float> target)
    {
        int i = 0;
        for (; i + 8 <= levels.Length; i += 8)
        {
            Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(levels[i..])).AsByte());
            Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32()).CopyTo(target[i..]);
        }
        for (; i < levels.Length; i++)
            target[i] = levels[i];
    }

    /// <summary>Numbers to the nearest levels, halves to the even one; they lie between 0 and 255 but for rounding.</summary>
    /// <param name="numbers">As long as <see cref="LengthFor"/> says.</param>
    /// <param name="target">The levels.</param>
    internal static void Round(ReadOnlySpan<float> numbers, Span<byte> target)
    {
        int i = 0;
        for (; i + AtOnce <= target.Length; i += AtOnce)
        {
            Vector256<ushort> lower = Vector256.Narrow(Rounded(numbers, i), Rounded(numbers, i + 8)),
                upper = Vector256.Narrow(Rounded(numbers, i + 16), Rounded(numbers, i + 24));
            Vector256.Narrow(lower, upper).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++)
            target[i] = (byte)MathF.Round(numbers[i]);
    }

    private static Vector256<uint> Rounded(ReadOnlySpan<float> numbers, int i) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(numbers.Slice(i, 8)))))
            .AsUInt32();
}
