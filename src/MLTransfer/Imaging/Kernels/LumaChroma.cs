using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Rows of luma and chroma to red, green, blue: BT.601 in 16 fractional bits, as libjpeg computes it (<c>jdcolor.c</c>), and its
/// interpolation of chroma that is stored at half the width (<c>jdsample.c</c>, "fancy upsampling").
/// </summary>
internal static class LumaChroma
{
    /// <summary>Bytes that sources must have, and targets may lose, beyond their ends, in pixels.</summary>
    internal const int Overrun = 32;

    private const int AtOnce = 16;

    /// <param name="luma">A byte for each pixel.</param>
    /// <param name="blue">Blue chroma of each pixel.</param>
    /// <param name="red">Red chroma of each pixel.</param>
    /// <param name="target">Receives red, green, blue and 255.</param>
    /// <param name="count">Pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToRgba(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> target, int count)
    {
        int rounded = (count + AtOnce - 1) / AtOnce * AtOnce;
        ref byte lumas = ref MemoryMarshal.GetReference(luma[..rounded]), blues = ref MemoryMarshal.GetReference(blue[..rounded]);
        ref byte reds = ref MemoryMarshal.GetReference(red[..rounded]), pixels = ref MemoryMarshal.GetReference(target[..(rounded * 4)]);
        Vector256<short> middle = Vector256.Create((short)128);
        for (int x = 0; x < rounded; x += AtOnce)
        {
            Vector256<short> y = Widen(ref lumas, x), cb = Widen(ref blues, x) - middle, cr = Widen(ref reds, x) - middle;
            // 1.402 = 1 + 26345 / 2^16, 1.772 = 2 - 14942 / 2^16.
            Vector256<ushort> r = Clamped(y + cr + Scale(cr * 102, cr * 233));
            Vector256<ushort> b = Clamped(y + cb + cb + Scale(cb * -59, cb * 162));
            // -0.34414 = -22554 / 2^16, -0.71414 = 18734 / 2^16 - 1.
            Vector256<ushort> g = Clamped(y - cr + Scale(cb * -88 + cr * 73, cb * -26 + cr * 46));
            Vector256<ushort> rg = r | g << 8, ba = b | Vector256.Create((ushort)0xFF00);
            (Vector256.WidenLower(rg) | Vector256.WidenLower(ba) << 16).AsByte().StoreUnsafe(ref pixels, (nuint)x * 4);
            (Vector256.WidenUpper(rg) | Vector256.WidenUpper(ba) << 16).AsByte().StoreUnsafe(ref pixels, (nuint)x * 4 + 32);
        }
    }

    /// <summary>Doubles the width of a row of chroma.</summary>
    /// <param name="sums">One more at either end than there are samples: of chroma of half the height as <see cref="Mix"/> made them,
    /// else the samples.</param>
    /// <param name="target">Receives two bytes for each sample.</param>
    /// <param name="count">Samples.</param>
    /// <param name="isMixed">Whether the sums are four times the samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Widen(ReadOnlySpan<ushort> sums, Span<byte> target, int count, bool isMixed)
    {
        int rounded = (count + AtOnce - 1) / AtOnce * AtOnce;
        ref ushort first = ref MemoryMarshal.GetReference(sums[..(rounded + 2)]);
        ref byte pixels = ref MemoryMarshal.GetReference(target[..(rounded * 2)]);
        // Halves are rounded up and down in turns.
        (int shift, Vector256<ushort> evenHalf, Vector256<ushort> oddHalf) = isMixed
            ? (4, Vector256.Create((ushort)8), Vector256.Create((ushort)7)) : (2, Vector256.Create((ushort)1), Vector256.Create((ushort)2));
        for (int x = 0; x < rounded; x += AtOnce)
        {
            Vector256<ushort> last = Vector256.LoadUnsafe(ref first, (nuint)x), next = Vector256.LoadUnsafe(ref first, (nuint)x + 2);
            Vector256<ushort> thrice = Vector256.LoadUnsafe(ref first, (nuint)x + 1) * 3;
            Vector256<ushort> even = (thrice + last + evenHalf) >> shift, odd = (thrice + next + oddHalf) >> shift;
            (even | odd << 8).AsByte().StoreUnsafe(ref pixels, (nuint)x * 2);
        }
    }

    /// <summary>Three parts of the nearer row of chroma and one of the farther.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Mix(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums, int count)
    {
        int rounded = (count + AtOnce - 1) / AtOnce * AtOnce;
        ref byte nears = ref MemoryMarshal.GetReference(near[..rounded]), fars = ref MemoryMarshal.GetReference(far[..rounded]);
        ref ushort target = ref MemoryMarshal.GetReference(sums[..rounded]);
        for (int x = 0; x < rounded; x += AtOnce)
            (Widen(ref nears, x) * 3 + Widen(ref fars, x)).AsUInt16().StoreUnsafe(ref target, (nuint)x);
    }

    /// <summary>The samples as numbers of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Copy(ReadOnlySpan<byte> samples, Span<ushort> target, int count)
    {
        for (int x = 0; x < count; x++)
            target[x] = samples[x];
    }

    // (256 whole + part + 2^15) / 2^16, rounded down: the factors are split so that 16 bits suffice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Scale(Vector256<short> whole, Vector256<short> part) =>
        (whole + Vector256.Create((short)128) + (part >> 8)) >> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(ref byte samples, int x)
    {
        Vector128<byte> bytes = Vector128.LoadUnsafe(ref samples, (nuint)x);
        return Vector256.WidenLower(bytes.ToVector256Unsafe()).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Clamped(Vector256<short> colors) =>
        Vector256.Clamp(colors, Vector256<short>.Zero, Vector256.Create((short)255)).AsUInt16();
}
