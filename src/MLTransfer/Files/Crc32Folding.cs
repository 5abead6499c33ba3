using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Files;

/// <summary>
/// Folds many bytes into sixteen that have the same CRC-32, by carry-less multiplication: "Fast CRC Computation for Generic Polynomials
/// Using
/// PCLMULQDQ Instruction", V. Gopal and others, Intel, 2009. Weights are large; with tables their checksums take longer than reading them.
/// </summary>
internal static class Crc32Folding
{
    /// <summary>How many bytes are left.</summary>
    public const int Size = 16;

    /// <summary>From how many bytes on it works.</summary>
    public const int Least = 4 * Size;

    // x^(512+32), x^(512-32) and x^(128+32), x^(128-32) modulo the polynomial, reflected: they move a vector over the next four, or the
    // next one.
    private static readonly Vector128<ulong> OverFour = Vector128.Create(0x154442bd4UL, 0x1c6e41596UL);
    private static readonly Vector128<ulong> OverOne = Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL);

    /// <summary>Whether the processor can.</summary>
    public static bool IsSupported => Pclmulqdq.IsSupported;

    /// <summary>Folds as many whole vectors as there are.</summary>
    /// <param name="bytes">At least <see cref="Least"/> bytes.</param>
    /// <param name="crc">The checksum's register before them.</param>
    /// <param name="folded">Becomes the sixteen bytes whose checksum, from a register of 0 on, is that of the bytes folded.</param>
    /// <returns>How many bytes were folded; what is left has fewer than sixteen.</returns>
    // Compiled for speed at once: most programs load weights once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Fold(ReadOnlySpan<byte> bytes, uint crc, Span<byte> folded)
    {
        ReadOnlySpan<Vector128<ulong>> vectors = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        Vector128<ulong> a = vectors[0] ^ Vector128.CreateScalar((ulong)crc), b = vectors[1], c = vectors[2], d = vectors[3];
        int next = 4;
        for (; next + 4 <= vectors.Length; next += 4)
        {
            a = Moved(a, OverFour) ^ vectors[next];
            b = Moved(b, OverFour) ^ vectors[next + 1];
            c = Moved(c, OverFour) ^ vectors[next + 2];
            d = Moved(d, OverFour) ^ vectors[next + 3];
        }
        a = Moved(Moved(Moved(a, OverOne) ^ b, OverOne) ^ c, OverOne) ^ d;
        for (; next < vectors.Length; next++)
            a = Moved(a, OverOne) ^ vectors[next];
        MemoryMarshal.Write(folded, a);
        return next * Size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Moved(Vector128<ulong> vector, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(vector, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(vector, by, 0x11);
}
