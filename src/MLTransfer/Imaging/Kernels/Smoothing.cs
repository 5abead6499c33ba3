using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Mixes each pixel with its eight neighbours, as Pillow's <c>ImageFilter.SMOOTH</c>: five parts of itself and one of each neighbour.
/// Pixels at the
/// edge stay as they are.
/// </summary>
internal static class Smoothing
{
    // A sum of 13 parts is divided by 13 and rounded: exact for all sums that occur, up to 13 × 255.
    private const int Parts = 13, Reciprocal = 5042, ReciprocalBits = 16;

    /// <param name="pixels">Red, green, blue.</param>
    /// <param name="size">The image's.</param>
    /// <param name="target">As many bytes, elsewhere.</param>
    internal static void Run(ReadOnlySpan<byte> pixels, ImageDimensions size, Span<byte> target)
    {
        int stride = size.Width * 3;
        pixels[..stride].CopyTo(target);
        pixels[^stride..].CopyTo(target[^stride..]);
        ushort[] borrowed = ArrayPool<ushort>.Shared.Rent(stride);
        for (int y = 1; y < size.Height - 1; y++)
        {
            ReadOnlySpan<byte> above = pixels.Slice((y - 1) * stride, stride), row = pixels.Slice(y * stride, stride),
                below = pixels.Slice((y + 1) * stride, stride);
            Add(above, row, below, borrowed.AsSpan(0, stride));
            Mix(borrowed.AsSpan(0, stride), row, target.Slice(y * stride, stride));
        }
        ArrayPool<ushort>.Shared.Return(borrowed);
    }

    private static void Add(ReadOnlySpan<byte> above, ReadOnlySpan<byte> row, ReadOnlySpan<byte> below, Span<ushort> sums)
    {
        int i = 0;
        for (; i + Vector128<byte>.Count <= row.Length; i += Vector128<byte>.Count)
            (Widen(above, i) + Widen(row, i) + Widen(below, i)).CopyTo(sums[i..]);
        for (; i < row.Length; i++)
            sums[i] = (ushort)(above[i] + row[i] + below[i]);
    }

    private static void Mix(ReadOnlySpan<ushort> sums, ReadOnlySpan<byte> row, Span<byte> target)
    {
        row.CopyTo(target);
        int i = 3;
        for (; i + Vector128<byte>.Count + 3 <= row.Length; i += Vector128<byte>.Count)
        {
            Vector256<ushort> sum = Read(sums, i - 3) + Read(sums, i) + Read(sums, i + 3) + (Widen(row, i) << 2)
                + Vector256.Create((ushort)(Parts / 2));
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(sum);
            Vector256<ushort> mixed = Vector256.Narrow((lower * Reciprocal) >> ReciprocalBits, (upper * Reciprocal) >> ReciprocalBits);
            Vector128.Narrow(mixed.GetLower(), mixed.GetUpper()).CopyTo(target[i..]);
        }
        for (; i < row.Length - 3; i++)
            target[i] = (byte)((sums[i - 3] + sums[i] + sums[i + 3] + row[i] * 4 + Parts / 2) / Parts);
    }

    private static Vector256<ushort> Widen(ReadOnlySpan<byte> row, int i) =>
        Vector256.WidenLower(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(row.Slice(i, Vector128<byte>.Count))).ToVector256Unsafe());

    private static Vector256<ushort> Read(ReadOnlySpan<ushort> sums, int i) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(sums.Slice(i, Vector256<ushort>.Count)));
}
