using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Bytes to sums in fixed point and back.</summary>
internal static class Lanes
{
    /// <summary>Added before the fraction is cut off, which rounds.</summary>
    internal const int Half = 1 << (Kernel.FractionBits - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(ulong bytes)
    {
        Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte());
        return Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32();
    }

    /// <summary>Four sums to four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Narrow(Vector128<int> sums)
    {
        Vector128<int> clamped = Vector128.Clamp(sums >> Kernel.FractionBits, Vector128<int>.Zero, Vector128.Create(255));
        Vector128<short> words = Vector128.Narrow(clamped, clamped);
        return Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsUInt32().ToScalar();
    }

    /// <summary>Thirty-two sums to thirty-two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Narrow(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d) =>
        Vector256.Narrow(Vector256.Narrow(Clamped(a), Clamped(b)), Vector256.Narrow(Clamped(c), Clamped(d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Clamped(Vector256<int> sums) =>
        Vector256.Clamp(sums >> Kernel.FractionBits, Vector256<int>.Zero, Vector256.Create(255)).AsUInt32();
}
