using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Separable Gaussian filters in single precision, as torchvision's <c>gaussian_blur</c>. Beyond an edge the image is mirrored without
/// repeating the edge.
/// </summary>
internal static class Gaussian
{
    private const int MostNumbers = 1 << 28;

    /// <summary>Blurs an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="kernelSize">Columns and rows of the kernel; both odd.</param>
    /// <param name="sigma">The standard deviation in pixels.</param>
    /// <exception cref="ImageException">The rows kept at once would take too much memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Blur(ImageBuffer image, ImageDimensions kernelSize, double sigma)
    {
        (int width, int height) = image.Size;
        (int taps, int lines) = kernelSize;
        int pitch = WeightedSum.LengthFor(width * 3);
        if ((long)pitch * (lines + 1) > MostNumbers)
            throw new ImageException("image", $"it is {width} pixels wide, too many to be blurred over {lines} rows; resize it first");
        float[] row = ArrayPool<float>.Shared.Rent(pitch + taps * 3), rows = ArrayPool<float>.Shared.Rent(pitch * (lines + 1));
        Span<float> across = stackalloc float[taps], down = stackalloc float[lines], sum = rows.AsSpan(pitch * lines, pitch);
        Span<int> columnStarts = stackalloc int[taps], rowStarts = stackalloc int[lines];
        FillKernel(across, sigma);
        FillKernel(down, sigma);
        for (int tap = 0; tap < taps; tap++)
            columnStarts[tap] = tap * 3;
        ReadOnlySpan<byte> pixels = image.Pixels;
        Span<byte> target = image.Back();
        int done = 0;
        for (int y = 0; y < height; y++)
        {
            // Each row is filtered along itself once; as many are kept as the kernel has rows.
            for (; done <= Math.Min(y + lines / 2, height - 1); done++)
            {
                MirrorEnds(pixels.Slice(done * width * 3, width * 3), taps / 2, row);
                WeightedSum.Run(row, columnStarts, across, rows.AsSpan(done % lines * pitch, pitch));
            }
            for (int tap = 0; tap < lines; tap++)
                rowStarts[tap] = Reflected(y + tap - lines / 2, height) % lines * pitch;
            WeightedSum.Run(rows, rowStarts, down, sum);
            WeightedSum.Round(sum, target.Slice(y * width * 3, width * 3));
        }
        image.Swap();
        ArrayPool<float>.Shared.Return(row);
        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>Blurs noise, with the kernel size of torchvision's <c>ElasticTransform</c>.</summary>
    /// <param name="noise">One number for each pixel, row after row.</param>
    /// <param name="size">Size of the image.</param>
    /// <param name="sigma">The standard deviation in pixels; 0 leaves the noise as it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Blur(Span<float> noise, ImageDimensions size, double sigma)
    {
        if (sigma == 0)
            return;
        (int width, int height) = size;
        int radius = (int)(8 * sigma + 1) / 2;
        Span<float> kernel = stackalloc float[2 * radius + 1];
        FillKernel(kernel, sigma);
        float[] filtered = ArrayPool<float>.Shared.Rent(noise.Length), line = ArrayPool<float>.Shared.Rent(width + 2 * radius);
        for (int y = 0; y < height; y++)
        {
            for (int x = -radius; x < width + radius; x++)
                line[radius + x] = noise[y * width + Reflected(x, width)];
            Span<float> row = filtered.AsSpan(y * width, width);
            row.Clear();
            for (int tap = 0; tap < kernel.Length; tap++)
                AddProduct(line.AsSpan(tap, width), kernel[tap], row);
        }
        for (int y = 0; y < height; y++)
        {
            Span<float> row = noise.Slice(y * width, width);
            row.Clear();
            for (int tap = 0; tap < kernel.Length; tap++)
                AddProduct(filtered.AsSpan(Reflected(y + tap - radius, height) * width, width), kernel[tap], row);
        }
        ArrayPool<float>.Shared.Return(filtered);
        ArrayPool<float>.Shared.Return(line);
    }

    private static int Reflected(int index, int length) => Border.SourceIndex(index, length, PaddingMode.Reflect);

    private static void FillKernel(Span<float> weights, double sigma)
    {
        float sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double distance = (i - weights.Length / 2) / sigma;
            sum += weights[i] = (float)Math.Exp(-0.5 * distance * distance);
        }
        foreach (ref float weight in weights)
            weight /= sum;
    }

    /// <summary>Writes a row with mirrored pixels at both ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MirrorEnds(ReadOnlySpan<byte> pixels, int border, Span<float> row)
    {
        int width = pixels.Length / 3;
        WeightedSum.Widen(pixels, row[(border * 3)..]);
        for (int x = -border; x < width + border; x = x == -1 ? width : x + 1)
        {
            int from = Reflected(x, width) * 3, to = (x + border) * 3;
            (row[to], row[to + 1], row[to + 2]) = (pixels[from], pixels[from + 1], pixels[from + 2]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct(ReadOnlySpan<float> source, float weight, Span<float> target)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(target[i..]) + new Vector<float>(source[i..]) * weight).CopyTo(target[i..]);
        for (; i < target.Length; i++)
            target[i] += source[i] * weight;
    }
}

/// <summary>
/// Averages each pixel, with weight 5, and its eight neighbors, with weight 1 each, as Pillow's <c>ImageFilter.SMOOTH</c>. Pixels at
/// the edge stay as they are.
/// </summary>
internal static class Smoothing
{
    // Division by the sum of the weights, with rounding: exact for all sums that occur, up to 13 × 255.
    private const int Weights = 13, Reciprocal = 5042, ReciprocalBits = 16;

    /// <param name="pixels">Red, green, blue.</param>
    /// <param name="size">Size of the image.</param>
    /// <param name="target">Receives as many bytes; must not overlap.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<byte> above, ReadOnlySpan<byte> row, ReadOnlySpan<byte> below, Span<ushort> sums)
    {
        int i = 0;
        for (; i + Vector128<byte>.Count <= row.Length; i += Vector128<byte>.Count)
            (Widen(above, i) + Widen(row, i) + Widen(below, i)).CopyTo(sums[i..]);
        for (; i < row.Length; i++)
            sums[i] = (ushort)(above[i] + row[i] + below[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(ReadOnlySpan<ushort> sums, ReadOnlySpan<byte> row, Span<byte> target)
    {
        row.CopyTo(target);
        int i = 3;
        for (; i + Vector128<byte>.Count + 3 <= row.Length; i += Vector128<byte>.Count)
        {
            Vector256<ushort> sum = Read(sums, i - 3) + Read(sums, i) + Read(sums, i + 3) + (Widen(row, i) << 2)
                + Vector256.Create((ushort)(Weights / 2));
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(sum);
            Vector256<ushort> mixed = Vector256.Narrow((lower * Reciprocal) >> ReciprocalBits, (upper * Reciprocal) >> ReciprocalBits);
            Vector128.Narrow(mixed.GetLower(), mixed.GetUpper()).CopyTo(target[i..]);
        }
        for (; i < row.Length - 3; i++)
            target[i] = (byte)((sums[i - 3] + sums[i] + sums[i + 3] + row[i] * 4 + Weights / 2) / Weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Widen(ReadOnlySpan<byte> row, int i) =>
        Vector256.WidenLower(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(row.Slice(i, Vector128<byte>.Count))).ToVector256Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Read(ReadOnlySpan<ushort> sums, int i) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(sums.Slice(i, Vector256<ushort>.Count)));
}

/// <summary>Weighted sums of rows in single precision, and conversions between bytes and numbers.</summary>
internal static class WeightedSum
{
    private const int AtOnce = 32;

    /// <summary>The length of a row of numbers, rounded up to whole vectors.</summary>
    internal static int LengthFor(int numbers) => (numbers + AtOnce - 1) / AtOnce * AtOnce;

    /// <param name="source">The memory of the rows.</param>
    /// <param name="starts">Offset of each row in it.</param>
    /// <param name="weights">The weight of each row.</param>
    /// <param name="target">Receives the sum; its length comes from <see cref="LengthFor"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(ReadOnlySpan<float> source, ReadOnlySpan<int> starts, ReadOnlySpan<float> weights, Span<float> target)
    {
        foreach (int start in starts)
            _ = source.Slice(start, target.Length);
        ref float first = ref MemoryMarshal.GetReference(source);
        for (int i = 0; i < target.Length; i += AtOnce)
        {
            Vector256<float> a = default, b = default, c = default, d = default;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                ref float from = ref Unsafe.Add(ref first, starts[tap] + i);
                Vector256<float> weight = Vector256.Create(weights[tap]);
                a = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from), weight, a);
                b = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 8), weight, b);
                c = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 16), weight, c);
                d = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref from, 24), weight, d);
            }
            Span<float> sums = target.Slice(i, AtOnce);
            a.CopyTo(sums);
            b.CopyTo(sums[8..]);
            c.CopyTo(sums[16..]);
            d.CopyTo(sums[24..]);
        }
    }

    /// <summary>Converts bytes to numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Widen(ReadOnlySpan<byte> levels, Span<float> target)
    {
        int i = 0;
        for (; i + 8 <= levels.Length; i += 8)
        {
            Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(levels[i..])).AsByte());
            Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32()).CopyTo(target[i..]);
        }
        for (; i < levels.Length; i++)
            target[i] = levels[i];
    }

    /// <summary>Rounds numbers, from 0 to 255 except for rounding errors, to bytes; halves to even.</summary>
    /// <param name="numbers">The numbers; the length comes from <see cref="LengthFor"/>.</param>
    /// <param name="target">Receives the bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Round(ReadOnlySpan<float> numbers, Span<byte> target)
    {
        int i = 0;
        for (; i + AtOnce <= target.Length; i += AtOnce)
        {
            Vector256<ushort> lower = Vector256.Narrow(Rounded(numbers, i), Rounded(numbers, i + 8)),
                upper = Vector256.Narrow(Rounded(numbers, i + 16), Rounded(numbers, i + 24));
            Vector256.Narrow(lower, upper).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++)
            target[i] = (byte)MathF.Round(numbers[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rounded(ReadOnlySpan<float> numbers, int i) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(numbers.Slice(i, 8)))))
            .AsUInt32();
}
