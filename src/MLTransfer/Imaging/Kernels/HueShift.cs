using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Rotates the hue through Pillow's mode HSV and back, four pixels at a time. Hue and saturation are truncated to 8 bits in between, so
/// each step has the precision, single or double, that it has in Pillow.
/// </summary>
internal static class HueShift
{
    private const byte None = 0x80;
    private const int BytesAtOnce = 12;

    private static Vector128<byte> First =>
        Vector128.Create(0, None, None, None, 3, None, None, None, 6, None, None, None, 9, None, None, None);
    private static Vector128<byte> Packed => Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, None, None, None, None);

    /// <param name="pixels">Red, green, blue.</param>
    /// <param name="shift">The rotation; 256 is a full turn.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(Span<byte> pixels, byte shift)
    {
        int i = 0;
        for (; i + Vector128<byte>.Count <= pixels.Length; i += BytesAtOnce)
        {
            Span<byte> block = pixels.Slice(i, Vector128<byte>.Count);
            Vector128<byte> four = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(block));
            uint next = MemoryMarshal.Read<uint>(block[BytesAtOnce..]);
            Vector128.Shuffle(Turn(four, shift), Packed).CopyTo(block);
            MemoryMarshal.Write(block[BytesAtOnce..], next);
        }
        Span<byte> rest = stackalloc byte[Vector128<byte>.Count];
        for (; i < pixels.Length; i += BytesAtOnce)
        {
            Span<byte> block = pixels[i..Math.Min(pixels.Length, i + BytesAtOnce)];
            block.CopyTo(rest);
            Vector128.Shuffle(Turn(Vector128.Create<byte>(rest), shift), Packed).CopyTo(rest);
            rest[..block.Length].CopyTo(block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<byte> Turn(Vector128<byte> pixels, byte shift)
    {
        Vector128<int> red = Vector128.Shuffle(pixels, First).AsInt32();
        Vector128<int> green = Vector128.Shuffle(pixels, First + Vector128<byte>.One).AsInt32();
        Vector128<int> blue = Vector128.Shuffle(pixels, First + Vector128.Create((byte)2)).AsInt32();
        Vector128<int> value = Vector128.Max(Vector128.Max(red, green), blue),
            range = value - Vector128.Min(Vector128.Min(red, green), blue);
        Vector128<int> hue = (Hue(red, green, blue, value, range) + Vector128.Create((int)shift)) & Vector128.Create(255);
        Vector128<float> saturation = Vector128.ConvertToSingle(range) / Vector128.ConvertToSingle(value);
        // Grays have no saturation; black has none that could be computed.
        return Colors(hue, Cut(Double(saturation) * 255.0) & ~Vector128.Equals(range, Vector128<int>.Zero), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Hue(
        Vector128<int> red, Vector128<int> green, Vector128<int> blue, Vector128<int> value, Vector128<int> range)
    {
        Vector128<float> whole = Vector128.ConvertToSingle(range);
        Vector128<float> r = Vector128.ConvertToSingle(value - red) / whole, g = Vector128.ConvertToSingle(value - green) / whole,
            b = Vector128.ConvertToSingle(value - blue) / whole;
        Vector128<float> ofGreen = Single(Vector256.Create(2.0) + Double(r) - Double(b)),
            ofBlue = Single(Vector256.Create(4.0) + Double(g) - Double(r));
        Vector128<float> sixths = Vector128.ConditionalSelect(Vector128.Equals(red, value).AsSingle(), b - g,
            Vector128.ConditionalSelect(Vector128.Equals(green, value).AsSingle(), ofGreen, ofBlue));
        Vector256<double> turn = Double(sixths) / 6.0 + Vector256<double>.One;
        return Cut(Double(Single(turn - Vector256.Floor(turn))) * 255.0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Colors(Vector128<int> hue, Vector128<int> saturation, Vector128<int> value)
    {
        Vector256<double> sixths = Double(Vector128.ConvertToSingle(hue)) * 6.0 / Vector256.Create(255.0), whole = Vector256.Floor(sixths);
        Vector128<int> sector = Cut(whole);
        Vector128<float> part = Single(sixths - whole), vivid = Single(Double(Vector128.ConvertToSingle(saturation)) / 255.0);
        Vector256<double> light = Double(Vector128.ConvertToSingle(value)), one = Vector256<double>.One, half = Vector256.Create(0.5);
        Vector128<int> least = Cut(light * (one - Double(vivid)) + half);
        Vector128<int> falling = Cut(light * (one - Double(vivid * part)) + half),
            rising = Cut(light * (one - Double(vivid) * (one - Double(part))) + half);
        Vector128<int> between = Vector128
            .ConditionalSelect(Vector128.Equals(sector & Vector128<int>.One, Vector128<int>.Zero), rising, falling);
        // Six sectors; the seventh, of the last hue alone, is the first.
        Vector128<int> s0 = Vector128.Equals(sector, Vector128<int>.Zero) | Vector128.Equals(sector, Vector128.Create(6)),
            s1 = Vector128.Equals(sector, Vector128<int>.One);
        Vector128<int> s2 = Vector128.Equals(sector, Vector128.Create(2)), s3 = Vector128.Equals(sector, Vector128.Create(3));
        Vector128<int> s4 = Vector128.Equals(sector, Vector128.Create(4)), s5 = Vector128.Equals(sector, Vector128.Create(5));
        Vector128<int> red = Vector128.ConditionalSelect(s0 | s5, value, Vector128.ConditionalSelect(s1 | s4, between, least));
        Vector128<int> green = Vector128.ConditionalSelect(s1 | s2, value, Vector128.ConditionalSelect(s0 | s3, between, least));
        Vector128<int> blue = Vector128.ConditionalSelect(s3 | s4, value, Vector128.ConditionalSelect(s2 | s5, between, least));
        return (red | green << 8 | blue << 16).AsByte();
    }

    private static Vector256<double> Double(Vector128<float> values) => Vector256.WidenLower(values.ToVector256Unsafe());

    private static Vector128<float> Single(Vector256<double> values) => Vector256.Narrow(values, values).GetLower();

    // Truncated values fit single precision exactly; most processors cannot convert double to integers directly.
    private static Vector128<int> Cut(Vector256<double> values) => Vector128.ConvertToInt32Native(Single(Vector256.Floor(values)));
}
