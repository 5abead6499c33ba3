using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Pixels whose colours are premultiplied by alpha, seen before a background.</summary>
internal static class Transparency
{
    private const uint Alpha = 0xFF000000;

    internal static bool IsOpaque(ReadOnlySpan<byte> pixels)
    {
        ReadOnlySpan<uint> rest = MemoryMarshal.Cast<byte, uint>(pixels);
        for (; rest.Length >= Vector256<uint>.Count; rest = rest[Vector256<uint>.Count..])
        {
            if ((Vector256.Create(rest) & Vector256.Create(Alpha)) != Vector256.Create(Alpha))
                return false;
        }
        foreach (uint pixel in rest)
        {
            if ((pixel & Alpha) != Alpha)
                return false;
        }
        return true;
    }

    /// <param name="source">Pixels of four bytes.</param>
    /// <param name="background">What is seen where they are transparent.</param>
    /// <param name="target">As many pixels, red first, opaque.</param>
    internal static void Compose(PixelView source, Color background, Span<byte> target)
    {
        source.Bytes.CopyTo(target);
        if (source.Layout == PixelLayout.Bgra)
            PixelOrder.ExchangeRedAndBlue(target);
        for (int i = 0; i < target.Length; i += 4)
        {
            int transparent = 255 - target[i + 3];
            if (transparent == 0)
                continue;
            target[i] = Sum(target[i], background.Red, transparent);
            target[i + 1] = Sum(target[i + 1], background.Green, transparent);
            target[i + 2] = Sum(target[i + 2], background.Blue, transparent);
            target[i + 3] = 255;
        }
    }

    /// <summary>Multiplies the colours of pixels of four bytes by their alpha.</summary>
    internal static void Premultiply(Span<byte> pixels)
    {
        if (IsOpaque(pixels))
            return;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            for (int colour = i; colour < i + 3; colour++)
                pixels[colour] = (byte)((pixels[colour] * pixels[i + 3] + 127) / 255);
        }
    }

    private static byte Sum(int colour, int behind, int transparent) => (byte)Math.Min(255, colour + (behind * transparent + 127) / 255);
}
