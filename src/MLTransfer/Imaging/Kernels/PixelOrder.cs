using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Conversions between pixel layouts, and mirroring of rows.</summary>
internal static class PixelOrder
{
    private const byte None = 0x80;

    private static Vector128<byte> ThreeToFour => Vector128.Create(0, 1, 2, None, 3, 4, 5, None, 6, 7, 8, None, 9, 10, 11, None);
    private static Vector128<byte> FourToThree => Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, None, None, None, None);
    private static Vector128<byte> FourToThreeReversed =>
        Vector128.Create(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, None, None, None, None);
    private static Vector128<byte> FirstFive =>
        Vector128.Create(255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0);
    private static Vector128<byte> LastFive =>
        Vector128.Create(0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255);
    private static Vector128<byte> LastFiveReversed => Vector128.Create(13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, None);
    private static Vector128<byte> FirstFiveReversed => Vector128.Create(None, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2);

    /// <summary>Converts pixels of any layout to red, green, blue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToRgb(ReadOnlySpan<byte> source, Span<byte> target, PixelLayout layout)
    {
        if (layout == PixelLayout.Rgb)
        {
            source.CopyTo(target);
            return;
        }
        Vector128<byte> order = layout == PixelLayout.Bgra ? FourToThreeReversed : FourToThree;
        int red = layout == PixelLayout.Bgra ? 2 : 0, from = 0, to = 0;
        // Four pixels at a time, as long as the four surplus bytes written still fit into the target.
        for (; to + Vector128<byte>.Count <= target.Length; from += 16, to += 12)
            Vector128.Shuffle(Read(source, from), order).CopyTo(target[to..]);
        for (; to < target.Length; from += 4, to += 3)
        {
            target[to] = source[from + red];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2 - red];
        }
    }

    /// <summary>Copies pixels of any layout to four bytes each, their order unchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToFourBytes(ReadOnlySpan<byte> source, Span<byte> target, PixelLayout layout)
    {
        if (layout != PixelLayout.Rgb)
        {
            source.CopyTo(target);
            return;
        }
        int from = 0, to = 0;
        for (; from + Vector128<byte>.Count <= source.Length; from += 12, to += 16)
            Vector128.Shuffle(Read(source, from), ThreeToFour).CopyTo(target[to..]);
        for (; from < source.Length; from += 3, to += 4)
        {
            source.Slice(from, 3).CopyTo(target[to..]);
            target[to + 3] = 0;
        }
    }

    /// <summary>Mirrors a row of red, green, blue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Mirror(Span<byte> row)
    {
        int left = 0, right = row.Length - 3;
        // Five pixels of either end at a time; of each 16 bytes the one nearest to the middle keeps its value.
        for (; right + 3 - left >= 2 * Vector128<byte>.Count; left += 15, right -= 15)
        {
            Vector128<byte> first = Read(row, left), last = Read(row, right - 13);
            Vector128.ConditionalSelect(FirstFive, Vector128.Shuffle(last, LastFiveReversed), first).CopyTo(row[left..]);
            Vector128.ConditionalSelect(LastFive, Vector128.Shuffle(first, FirstFiveReversed), last).CopyTo(row[(right - 13)..]);
        }
        for (; left < right; left += 3, right -= 3)
        {
            for (int color = 0; color < 3; color++)
                (row[left + color], row[right + color]) = (row[right + color], row[left + color]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Read(ReadOnlySpan<byte> source, int offset) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(source.Slice(offset, Vector128<byte>.Count)));
}
