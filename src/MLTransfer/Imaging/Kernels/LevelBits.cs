using System.Numerics;
using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Kernels;

/// <summary>New levels found from the old ones alone.</summary>
internal static class LevelBits
{
    /// <summary>Keeps the upper bits, as Pillow's <c>ImageOps.posterize</c>.</summary>
    /// <param name="pixels">The levels.</param>
    /// <param name="bits">How many, from 0 to 8.</param>
    internal static void Posterize(Span<byte> pixels, int bits)
    {
        byte kept = (byte)(0xFF00 >> bits);
        Span<Vector<byte>> blocks = MemoryMarshal.Cast<byte, Vector<byte>>(pixels);
        foreach (ref Vector<byte> block in blocks)
            block &= new Vector<byte>(kept);
        foreach (ref byte level in pixels[(blocks.Length * Vector<byte>.Count)..])
            level &= kept;
    }

    /// <summary>
    /// Inverts what is as light as a threshold or lighter, as Pillow's <c>ImageOps.solarize</c>; all of it when that is 0.
    /// </summary>
    /// <param name="pixels">The levels.</param>
    /// <param name="threshold">From 0 to 255; nothing is inverted by one beyond.</param>
    internal static void Solarize(Span<byte> pixels, double threshold)
    {
        if (threshold > 255)
            return;
        byte first = (byte)Math.Ceiling(Math.Max(0, threshold));
        Span<Vector<byte>> blocks = MemoryMarshal.Cast<byte, Vector<byte>>(pixels);
        foreach (ref Vector<byte> block in blocks)
            block ^= Vector.GreaterThanOrEqual(block, new Vector<byte>(first));
        foreach (ref byte level in pixels[(blocks.Length * Vector<byte>.Count)..])
            level ^= (byte)(level >= first ? 255 : 0);
    }
}
