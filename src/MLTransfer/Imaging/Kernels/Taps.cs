using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>The pixels of an image for random access; beyond its edges those at the edges are repeated.</summary>
internal readonly ref struct Taps(Canvas canvas)
{
    // A double with these bits is 2^52 plus what its lowest bits say as a whole number.
    private const ulong WholeNumbers = 0x4330_0000_0000_0000;
    private const double TwoTo52 = 1L << 52;

    private readonly ReadOnlySpan<byte> _pixels = canvas.PixelsAndOneByte;
    private readonly int _width = canvas.Width, _right = canvas.Width - 1, _bottom = canvas.Height - 1;

    internal bool Contains(ImagePoint place) => place.X >= 0 && place.X < _width && place.Y >= 0 && place.Y < _bottom + 1;

    /// <summary>Where a row begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Row(int y) => Math.Clamp(y, 0, _bottom) * _width * 3;

    /// <summary>Where in a row a column is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Column(int x) => Math.Clamp(x, 0, _right) * 3;

    /// <summary>Red, green, blue and something, from the lowest byte on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Pixel(int offset) => MemoryMarshal.Read<uint>(_pixels[offset..]);

    /// <summary>The same as numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector256<double> Colours(int offset)
    {
        Vector128<uint> four = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Pixel(offset)).AsByte()));
        Vector256<ulong> wide = Vector256.WidenLower(four.ToVector256Unsafe());
        return (wide | Vector256.Create(WholeNumbers)).AsDouble() - Vector256.Create(TwoTo52);
    }

    /// <summary>Colours from 0 to 255 as three bytes, red the lowest; fractions are cut off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Bytes(Vector256<double> colours)
    {
        Vector256<uint> whole = (Vector256.Floor(colours) + Vector256.Create(TwoTo52)).AsUInt32();
        return whole[0] | whole[2] << 8 | whole[4] << 16;
    }
}
