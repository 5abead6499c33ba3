using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// The inverse DCT of blocks of 8 × 8 coefficients, with the arithmetic of libjpeg's exact one (<c>jidctint.c</c>; Loeffler, Ligtenberg
/// and Moschytz 1989): 13 fractional bits in the constants, 2 between the passes, rounded twice.
/// </summary>
internal static class InverseDct
{
    internal const int Side = 8, Length = 64;

    private const int ConstantBits = 13, BetweenBits = 2, ScaleBits = 3, Middle = 128;

    /// <summary>Transforms a block.</summary>
    /// <param name="coefficients">64, row after row, multiplied by their factors.</param>
    /// <param name="target">Receives eight rows of eight bytes.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(ReadOnlySpan<int> coefficients, Span<byte> target, int stride)
    {
        Block block = default;
        ref Vector256<int> rows = ref block[0];
        ref Vector256<int> source = ref Unsafe.As<int, Vector256<int>>(ref MemoryMarshal.GetReference(coefficients[..Length]));
        Pass(ref source, ref rows, ConstantBits - BetweenBits);
        Transpose(ref rows);
        Pass(ref rows, ref rows, ConstantBits + BetweenBits + ScaleBits);
        Transpose(ref rows);
        for (int y = 0; y < Side; y += 4)
        {
            Vector256<ulong> four = Narrow(block[y], block[y + 1], block[y + 2], block[y + 3]).AsUInt64();
            MemoryMarshal.Write(target[(y * stride)..], four.GetElement(0));
            MemoryMarshal.Write(target[((y + 1) * stride)..], four.GetElement(1));
            MemoryMarshal.Write(target[((y + 2) * stride)..], four.GetElement(2));
            MemoryMarshal.Write(target[((y + 3) * stride)..], four.GetElement(3));
        }
    }

    /// <summary>The same for a block whose only coefficient is the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fill(int coefficient, Span<byte> target, int stride)
    {
        int value = ((coefficient << BetweenBits) + (1 << (BetweenBits + ScaleBits - 1))) >> (BetweenBits + ScaleBits);
        ulong eight = 0x0101010101010101 * (ulong)Math.Clamp(value + Middle, 0, byte.MaxValue);
        for (int y = 0; y < Side; y++)
            MemoryMarshal.Write(target[(y * stride)..], eight);
    }

    // One-dimensional transforms of eight columns at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(ref Vector256<int> from, ref Vector256<int> to, int shift)
    {
        Vector256<int> half = Vector256.Create(1 << (shift - 1));
        Vector256<int> two = Unsafe.Add(ref from, 2), six = Unsafe.Add(ref from, 6);
        Vector256<int> shared = (two + six) * 4433, upper = shared + six * -15137, lower = shared + two * 6270;
        Vector256<int> sum = ((from + Unsafe.Add(ref from, 4)) << ConstantBits) + half;
        Vector256<int> difference = ((from - Unsafe.Add(ref from, 4)) << ConstantBits) + half;
        Vector256<int> even0 = sum + lower, even3 = sum - lower, even1 = difference + upper, even2 = difference - upper;

        Vector256<int> seven = Unsafe.Add(ref from, 7), five = Unsafe.Add(ref from, 5);
        Vector256<int> three = Unsafe.Add(ref from, 3), one = Unsafe.Add(ref from, 1);
        Vector256<int> z1 = (seven + one) * -7373, z2 = (five + three) * -20995, z3 = seven + three, z4 = five + one;
        Vector256<int> z5 = (z3 + z4) * 9633;
        z3 = z3 * -16069 + z5;
        z4 = z4 * -3196 + z5;
        Vector256<int> odd0 = one * 12299 + z1 + z4, odd1 = three * 25172 + z2 + z3;
        Vector256<int> odd2 = five * 16819 + z2 + z4, odd3 = seven * 2446 + z1 + z3;

        to = (even0 + odd0) >> shift;
        Unsafe.Add(ref to, 7) = (even0 - odd0) >> shift;
        Unsafe.Add(ref to, 1) = (even1 + odd1) >> shift;
        Unsafe.Add(ref to, 6) = (even1 - odd1) >> shift;
        Unsafe.Add(ref to, 2) = (even2 + odd2) >> shift;
        Unsafe.Add(ref to, 5) = (even2 - odd2) >> shift;
        Unsafe.Add(ref to, 3) = (even3 + odd3) >> shift;
        Unsafe.Add(ref to, 4) = (even3 - odd3) >> shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector256<int> rows)
    {
        if (Avx2.IsSupported)
            TransposeInRegisters(ref rows);
        else
            TransposeInMemory(ref Unsafe.As<Vector256<int>, int>(ref rows));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeInRegisters(ref Vector256<int> rows)
    {
        var (a, b) = Zip(rows, Unsafe.Add(ref rows, 1));
        var (c, d) = Zip(Unsafe.Add(ref rows, 2), Unsafe.Add(ref rows, 3));
        var (e, f) = Zip(Unsafe.Add(ref rows, 4), Unsafe.Add(ref rows, 5));
        var (g, h) = Zip(Unsafe.Add(ref rows, 6), Unsafe.Add(ref rows, 7));
        var (ac0, ac1) = ZipPairs(a, c);
        var (bd0, bd1) = ZipPairs(b, d);
        var (eg0, eg1) = ZipPairs(e, g);
        var (fh0, fh1) = ZipPairs(f, h);
        (rows, Unsafe.Add(ref rows, 4)) = Halves(ac0, eg0);
        (Unsafe.Add(ref rows, 1), Unsafe.Add(ref rows, 5)) = Halves(ac1, eg1);
        (Unsafe.Add(ref rows, 2), Unsafe.Add(ref rows, 6)) = Halves(bd0, fh0);
        (Unsafe.Add(ref rows, 3), Unsafe.Add(ref rows, 7)) = Halves(bd1, fh1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Low, Vector256<int> High) Zip(Vector256<int> x, Vector256<int> y) =>
        (Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<long> Low, Vector256<long> High) ZipPairs(Vector256<int> x, Vector256<int> y) =>
        (Avx2.UnpackLow(x.AsInt64(), y.AsInt64()), Avx2.UnpackHigh(x.AsInt64(), y.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Lower, Vector256<int> Upper) Halves(Vector256<long> x, Vector256<long> y) =>
        (Avx2.Permute2x128(x, y, 0x20).AsInt32(), Avx2.Permute2x128(x, y, 0x31).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeInMemory(ref int numbers)
    {
        for (int y = 1; y < Side; y++)
        {
            for (int x = 0; x < y; x++)
                (Unsafe.Add(ref numbers, y * Side + x), Unsafe.Add(ref numbers, x * Side + y)) =
                    (Unsafe.Add(ref numbers, x * Side + y), Unsafe.Add(ref numbers, y * Side + x));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Narrow(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d) =>
        Vector256.Narrow(Vector256.Narrow(Clamped(a), Clamped(b)), Vector256.Narrow(Clamped(c), Clamped(d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Clamped(Vector256<int> samples) =>
        Vector256.Clamp(samples + Vector256.Create(Middle), Vector256<int>.Zero, Vector256.Create(255)).AsUInt32();

    [InlineArray(Side)]
    private struct Block
    {
        private Vector256<int> _row;
    }
}
