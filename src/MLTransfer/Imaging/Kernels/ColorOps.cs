using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Color operations of given strength, each with the pixels of torchvision's function on a PIL image.</summary>
internal static class ColorOps
{
    /// <summary>As <c>adjust_brightness</c>: 0 is black, 1 leaves the image as it is.</summary>
    internal static void Brightness(ImageBuffer image, double factor) => Blend.From(0, image.Pixels, factor);

    /// <summary>As <c>adjust_contrast</c>: 0 is the mean gray, 1 leaves the image as it is.</summary>
    internal static void Contrast(ImageBuffer image, double factor) => Blend.From(Luma.Mean(image.Pixels), image.Pixels, factor);

    /// <summary>As <c>adjust_saturation</c>: 0 is gray, 1 leaves the image as it is.</summary>
    internal static void Saturation(ImageBuffer image, double factor)
    {
        Span<byte> gray = image.Back();
        Luma.Gray(image.Pixels, gray);
        Blend.From(gray, image.Pixels, factor);
    }

    /// <summary>As <c>adjust_hue</c>.</summary>
    /// <param name="image">The image.</param>
    /// <param name="turns">Rotation of the hue circle in turns, from -0.5 to 0.5.</param>
    internal static void Hue(ImageBuffer image, double turns) => HueShift.Run(image.Pixels, unchecked((byte)(int)(turns * 255)));

    /// <summary>As <c>adjust_sharpness</c>: 0 is smoothed, 1 leaves the image as it is.</summary>
    internal static void Sharpness(ImageBuffer image, double factor)
    {
        if (image.Width < 3 || image.Height < 3)
            return;
        Span<byte> smoothed = image.Back();
        Smoothing.Run(image.Pixels, image.Size, smoothed);
        Blend.From(smoothed, image.Pixels, factor);
    }

    /// <summary>As <c>rgb_to_grayscale</c>.</summary>
    internal static void Gray(ImageBuffer image)
    {
        Luma.Gray(image.Pixels, image.Back());
        image.Swap();
    }

    /// <summary>As <c>posterize</c>.</summary>
    internal static void Posterize(ImageBuffer image, int bits) => PointOps.Posterize(image.Pixels, bits);

    /// <summary>As <c>solarize</c>.</summary>
    internal static void Solarize(ImageBuffer image, double threshold) => PointOps.Solarize(image.Pixels, threshold);

    /// <summary>As <c>invert</c>.</summary>
    internal static void Invert(ImageBuffer image) => PointOps.Solarize(image.Pixels, 0);

    /// <summary>As <c>autocontrast</c>.</summary>
    internal static void Autocontrast(ImageBuffer image) => HistogramOps.Stretch(image.Pixels);

    /// <summary>As <c>equalize</c>.</summary>
    internal static void Equalize(ImageBuffer image) => HistogramOps.Equalize(image.Pixels);
}

/// <summary>Luma by ITU-R BT.601 in fixed point: Pillow's mode L.</summary>
internal static class Luma
{
    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 1 << 15, FractionBits = 16;
    private const byte None = 0x80;
    private const int BytesAtOnce = 12;

    private static Vector128<byte> Reds =>
        Vector128.Create(0, None, None, None, 3, None, None, None, 6, None, None, None, 9, None, None, None);
    private static Vector128<byte> Thrice => Vector128.Create(0, 0, 0, 4, 4, 4, 8, 8, 8, 12, 12, 12, None, None, None, None);

    /// <summary>Replaces all three colors of every pixel by its luma.</summary>
    /// <param name="pixels">Red, green, blue.</param>
    /// <param name="target">Receives as many bytes; must not overlap.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gray(ReadOnlySpan<byte> pixels, Span<byte> target)
    {
        int i = 0;
        // The four surplus bytes are overwritten by the next pixels.
        for (; i + Vector128<byte>.Count <= pixels.Length; i += BytesAtOnce)
            Vector128.Shuffle(WeighFour(pixels, i).AsByte(), Thrice).CopyTo(target[i..]);
        for (; i < pixels.Length; i += 3)
            target.Slice(i, 3).Fill((byte)Weigh(pixels, i));
    }

    /// <summary>The mean luma, rounded as in Pillow's contrast.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static byte Mean(ReadOnlySpan<byte> pixels)
    {
        int i = 0;
        long sum = 0;
        // Each pixel adds at most 255 to a lane: a block of a million pixels does not overflow it.
        while (i + Vector128<byte>.Count <= pixels.Length)
        {
            Vector128<int> lanes = Vector128<int>.Zero;
            for (int end = (int)Math.Min(pixels.Length, i + 12_000_000L); i + Vector128<byte>.Count <= end; i += BytesAtOnce)
                lanes += WeighFour(pixels, i);
            sum += Vector128.Sum(lanes);
        }
        for (; i < pixels.Length; i += 3)
            sum += Weigh(pixels, i);
        return (byte)(sum / (pixels.Length / 3.0) + 0.5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Weigh(ReadOnlySpan<byte> pixels, int i) =>
        (pixels[i] * Red + pixels[i + 1] * Green + pixels[i + 2] * Blue + Half) >> FractionBits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> WeighFour(ReadOnlySpan<byte> pixels, int i)
    {
        Vector128<byte> four = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(pixels.Slice(i, Vector128<byte>.Count)));
        Vector128<int> sum = Vector128.Shuffle(four, Reds).AsInt32() * Red
            + Vector128.Shuffle(four, Reds + Vector128<byte>.One).AsInt32() * Green
            + Vector128.Shuffle(four, Reds + Vector128.Create((byte)2)).AsInt32() * Blue;
        return (sum + Vector128.Create(Half)) >> FractionBits;
    }
}

/// <summary>
/// Interpolates or extrapolates between two images, as Pillow's <c>Image.blend</c>: in single precision, fractions truncated.
/// </summary>
internal static class Blend
{
    /// <param name="from">The result with a factor of 0.</param>
    /// <param name="pixels">The result with a factor of 1; overwritten by the result.</param>
    /// <param name="factor">The factor, not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void From(ReadOnlySpan<byte> from, Span<byte> pixels, double factor)
    {
        float weight = (float)factor;
        int i = 0;
        for (; i + Vector256<byte>.Count <= pixels.Length; i += Vector256<byte>.Count)
            Mix(Read(from, i), Read(pixels, i), Vector256.Create(weight)).CopyTo(pixels[i..]);
        for (; i < pixels.Length; i++)
            pixels[i] = Mix(from[i], pixels[i], weight);
    }

    /// <param name="from">The level of all colors with a factor of 0.</param>
    /// <param name="pixels">The result with a factor of 1; overwritten by the result.</param>
    /// <param name="factor">The factor, not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void From(byte from, Span<byte> pixels, double factor)
    {
        float weight = (float)factor;
        int i = 0;
        for (; i + Vector256<byte>.Count <= pixels.Length; i += Vector256<byte>.Count)
            Mix(Vector256.Create(from), Read(pixels, i), Vector256.Create(weight)).CopyTo(pixels[i..]);
        for (; i < pixels.Length; i++)
            pixels[i] = Mix(from, pixels[i], weight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Mix(byte from, byte to, float weight) => (byte)Math.Clamp(from + weight * (to - from), 0f, 255f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Mix(Vector256<byte> from, Vector256<byte> to, Vector256<float> weight)
    {
        (Vector256<ushort> fromLower, Vector256<ushort> fromUpper) = Vector256.Widen(from);
        (Vector256<ushort> toLower, Vector256<ushort> toUpper) = Vector256.Widen(to);
        return Vector256.Narrow(Mix(fromLower, toLower, weight), Mix(fromUpper, toUpper, weight));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Mix(Vector256<ushort> from, Vector256<ushort> to, Vector256<float> weight)
    {
        (Vector256<uint> fromLower, Vector256<uint> fromUpper) = Vector256.Widen(from);
        (Vector256<uint> toLower, Vector256<uint> toUpper) = Vector256.Widen(to);
        return Vector256.Narrow(Mix(fromLower.AsInt32(), toLower.AsInt32(), weight), Mix(fromUpper.AsInt32(), toUpper.AsInt32(), weight));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<int> from, Vector256<int> to, Vector256<float> weight)
    {
        Vector256<float> mixed = Vector256.ConvertToSingle(from) + weight * Vector256.ConvertToSingle(to - from);
        Vector256<float> clipped = Vector256.MinNative(Vector256.MaxNative(mixed, Vector256<float>.Zero), Vector256.Create(255f));
        return Vector256.ConvertToInt32Native(clipped).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Read(ReadOnlySpan<byte> pixels, int i) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(pixels.Slice(i, Vector256<byte>.Count)));
}

/// <summary>Per-pixel operations: posterize, solarize, invert.</summary>
internal static class PointOps
{
    /// <summary>Keeps the upper bits of each level, as Pillow's <c>ImageOps.posterize</c>.</summary>
    /// <param name="pixels">The levels.</param>
    /// <param name="bits">Bits kept, from 0 to 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    /// Inverts levels at or above a threshold, as Pillow's <c>ImageOps.solarize</c>; 0 inverts everything.
    /// </summary>
    /// <param name="pixels">The levels.</param>
    /// <param name="threshold">From 0 to 255; above 255 nothing is inverted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

/// <summary>Operations that map the levels of each color by its histogram.</summary>
internal static class HistogramOps
{
    private const int Levels = 256;

    /// <summary>Stretches each color's levels to the whole range, as Pillow's <c>ImageOps.autocontrast</c>.</summary>
    internal static void Stretch(Span<byte> pixels) => MapLevels(pixels, Stretch);

    /// <summary>Equalizes each color's histogram, as Pillow's <c>ImageOps.equalize</c>.</summary>
    internal static void Equalize(Span<byte> pixels) => MapLevels(pixels, Equalize);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapLevels(Span<byte> pixels, Action<ReadOnlySpan<int>, Span<byte>> buildTable)
    {
        Span<int> counts = stackalloc int[3 * Levels];
        counts.Clear();
        Span<byte> tables = stackalloc byte[3 * Levels];
        Span<int> reds = counts[..Levels], greens = counts[Levels..(2 * Levels)], blues = counts[(2 * Levels)..];
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            reds[pixels[i]]++;
            greens[pixels[i + 1]]++;
            blues[pixels[i + 2]]++;
        }
        for (int color = 0; color < 3; color++)
            buildTable(counts.Slice(color * Levels, Levels), tables.Slice(color * Levels, Levels));
        Span<byte> red = tables[..Levels], green = tables[Levels..(2 * Levels)], blue = tables[(2 * Levels)..];
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            pixels[i] = red[pixels[i]];
            pixels[i + 1] = green[pixels[i + 1]];
            pixels[i + 2] = blue[pixels[i + 2]];
        }
    }

    private static void Stretch(ReadOnlySpan<int> counts, Span<byte> table)
    {
        int darkest = counts.IndexOfAnyExcept(0), lightest = counts.LastIndexOfAnyExcept(0);
        double scale = lightest > darkest ? 255.0 / (lightest - darkest) : 1, start = lightest > darkest ? -darkest * scale : 0;
        for (int level = 0; level < Levels; level++)
            table[level] = (byte)Math.Clamp(level * scale + start, 0, 255);
    }

    private static void Equalize(ReadOnlySpan<int> counts, Span<byte> table)
    {
        int pixels = 0;
        foreach (int count in counts)
            pixels += count;
        int step = (pixels - counts[counts.LastIndexOfAnyExcept(0)]) / 255;
        long below = step / 2;
        for (int level = 0; level < Levels; level++)
        {
            table[level] = (byte)(step == 0 ? level : Math.Min(below / step, 255));
            below += counts[level];
        }
    }
}

/// <summary>The weighted average of images of one size, in single precision.</summary>
internal sealed class WeightedAverage : IDisposable
{
    private readonly float[] _sums;

    internal WeightedAverage(ReadOnlySpan<byte> first, float weight)
    {
        _sums = ArrayPool<float>.Shared.Rent(WeightedSum.LengthFor(first.Length));
        _sums.AsSpan(0, first.Length).Clear();
        Add(first, weight);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<byte> pixels, float weight)
    {
        Span<float> sums = _sums.AsSpan(0, pixels.Length);
        int i = 0;
        for (; i + Vector256<float>.Count <= pixels.Length; i += Vector256<float>.Count)
        {
            Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(pixels[i..])).AsByte());
            Vector256<float> levels = Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32());
            Span<float> eight = sums.Slice(i, Vector256<float>.Count);
            (Vector256.Create<float>(eight) + levels * weight).CopyTo(eight);
        }
        for (; i < pixels.Length; i++)
            sums[i] += pixels[i] * weight;
    }

    /// <summary>Writes the average, fractions truncated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void CopyTo(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Min(255, _sums[i]);
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_sums);
}
