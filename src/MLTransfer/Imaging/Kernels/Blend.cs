using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Goes a part of the way from one image to another, or beyond it, as Pillow's <c>Image.blend</c>: in single precision, fractions cut off.
/// </summary>
internal static class Blend
{
    /// <param name="from">Where the way starts.</param>
    /// <param name="pixels">Where it would end with a factor of 1; becomes the result.</param>
    /// <param name="factor">How far to go, not negative.</param>
    internal static void From(ReadOnlySpan<byte> from, Span<byte> pixels, double factor)
    {
        float share = (float)factor;
        int i = 0;
        for (; i + Vector256<byte>.Count <= pixels.Length; i += Vector256<byte>.Count)
            Mix(Read(from, i), Read(pixels, i), Vector256.Create(share)).CopyTo(pixels[i..]);
        for (; i < pixels.Length; i++)
            pixels[i] = Mix(from[i], pixels[i], share);
    }

    /// <param name="from">The level of all colours where the way starts.</param>
    /// <param name="pixels">Where it would end with a factor of 1; becomes the result.</param>
    /// <param name="factor">How far to go, not negative.</param>
    internal static void From(byte from, Span<byte> pixels, double factor)
    {
        float share = (float)factor;
        int i = 0;
        for (; i + Vector256<byte>.Count <= pixels.Length; i += Vector256<byte>.Count)
            Mix(Vector256.Create(from), Read(pixels, i), Vector256.Create(share)).CopyTo(pixels[i..]);
        for (; i < pixels.Length; i++)
            pixels[i] = Mix(from, pixels[i], share);
    }

    private static byte Mix(byte from, byte to, float share) => (byte)Math.Clamp(from + share * (to - from), 0f, 255f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Mix(Vector256<byte> from, Vector256<byte> to, Vector256<float> share)
    {
        (Vector256<ushort> fromLower, Vector256<ushort> fromUpper) = Vector256.Widen(from);
        (Vector256<ushort> toLower, Vector256<ushort> toUpper) = Vector256.Widen(to);
        return Vector256.Narrow(Mix(fromLower, toLower, share), Mix(fromUpper, toUpper, share));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Mix(Vector256<ushort> from, Vector256<ushort> to, Vector256<float> share)
    {
        (Vector256<uint> fromLower, Vector256<uint> fromUpper) = Vector256.Widen(from);
        (Vector256<uint> toLower, Vector256<uint> toUpper) = Vector256.Widen(to);
        return Vector256.Narrow(Mix(fromLower.AsInt32(), toLower.AsInt32(), share), Mix(fromUpper.AsInt32(), toUpper.AsInt32(), share));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<int> from, Vector256<int> to, Vector256<float> share)
    {
        Vector256<float> mixed = Vector256.ConvertToSingle(from) + share * Vector256.ConvertToSingle(to - from);
        Vector256<float> clipped = Vector256.MinNative(Vector256.MaxNative(mixed, Vector256<float>.Zero), Vector256.Create(255f));
        return Vector256.ConvertToInt32Native(clipped).AsUInt32();
    }

    private static Vector256<byte> Read(ReadOnlySpan<byte> pixels, int i) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(pixels.Slice(i, Vector256<byte>.Count)));
}
