using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>How light colours look, by ITU-R 601 in fixed point: Pillow's mode L.</summary>
internal static class Luma
{
    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 1 << 15, FractionBits = 16;
    private const byte None = 0x80;
    private const int BytesAtOnce = 12;

    private static readonly Vector128<byte> Reds =
        Vector128.Create(0, None, None, None, 3, None, None, None, 6, None, None, None, 9, None, None, None);
    private static readonly Vector128<byte> Thrice = Vector128.Create(0, 0, 0, 4, 4, 4, 8, 8, 8, 12, 12, 12, None, None, None, None);

    /// <summary>Gives every pixel its lightness for all three colours.</summary>
    /// <param name="pixels">Red, green, blue.</param>
    /// <param name="target">As long, and elsewhere.</param>
    internal static void Gray(ReadOnlySpan<byte> pixels, Span<byte> target)
    {
        int i = 0;
        // The four bytes written too many are written again, by the next pixels.
        for (; i + Vector128<byte>.Count <= pixels.Length; i += BytesAtOnce)
            Vector128.Shuffle(OfFour(pixels, i).AsByte(), Thrice).CopyTo(target[i..]);
        for (; i < pixels.Length; i += 3)
            target.Slice(i, 3).Fill((byte)Of(pixels, i));
    }

    /// <summary>The mean lightness, rounded as Pillow does for its contrast.</summary>
    internal static byte Mean(ReadOnlySpan<byte> pixels)
    {
        int i = 0;
        long sum = 0;
        // A lane takes 255 at most of each pixel: a block of a million pixels does not overflow it.
        while (i + Vector128<byte>.Count <= pixels.Length)
        {
            Vector128<int> lanes = Vector128<int>.Zero;
            for (int end = (int)Math.Min(pixels.Length, i + 12_000_000L); i + Vector128<byte>.Count <= end; i += BytesAtOnce)
                lanes += OfFour(pixels, i);
            sum += Vector128.Sum(lanes);
        }
        for (; i < pixels.Length; i += 3)
            sum += Of(pixels, i);
        return (byte)(sum / (pixels.Length / 3.0) + 0.5);
    }

    private static int Of(ReadOnlySpan<byte> pixels, int i) =>
        (pixels[i] * Red + pixels[i + 1] * Green + pixels[i + 2] * Blue + Half) >> FractionBits;

    private static Vector128<int> OfFour(ReadOnlySpan<byte> pixels, int i)
    {
        Vector128<byte> four = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(pixels.Slice(i, Vector128<byte>.Count)));
        Vector128<int> sum = Vector128.Shuffle(four, Reds).AsInt32() * Red
            + Vector128.Shuffle(four, Reds + Vector128<byte>.One).AsInt32() * Green
            + Vector128.Shuffle(four, Reds + Vector128.Create((byte)2)).AsInt32() * Blue;
        return (sum + Vector128.Create(Half)) >> FractionBits;
    }
}
