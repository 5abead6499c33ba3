using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>A weighted sum of images of one size in single precision.</summary>
internal sealed class Mixture : IDisposable
{
    private readonly float[] _sums;

    internal Mixture(ReadOnlySpan<byte> first, float share)
    {
        _sums = ArrayPool<float>.Shared.Rent(WeightedSum.LengthFor(first.Length));
        _sums.AsSpan(0, first.Length).Clear();
        Add(first, share);
    }

    internal void Add(ReadOnlySpan<byte> pixels, float share)
    {
        Span<float> sums = _sums.AsSpan(0, pixels.Length);
        int i = 0;
        for (; i + Vector256<float>.Count <= pixels.Length; i += Vector256<float>.Count)
        {
            Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(pixels[i..])).AsByte());
            Vector256<float> levels = Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32());
            Span<float> eight = sums.Slice(i, Vector256<float>.Count);
            (Vector256.Create<float>(eight) + levels * share).CopyTo(eight);
        }
        for (; i < pixels.Length; i++)
            sums[i] += pixels[i] * share;
    }

    /// <summary>The sum with fractions cut off.</summary>
    internal void CopyTo(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Min(255, _sums[i]);
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_sums);
}
