using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Random access to the pixels of an image; beyond its edges the pixels at the edges are repeated.</summary>
internal readonly ref struct ClampedPixels(ImageBuffer image)
{
    // A double with these bits is 2^52 plus the integer in its lowest bits.
    private const ulong WholeNumbers = 0x4330_0000_0000_0000;
    private const double TwoTo52 = 1L << 52;

    private readonly ReadOnlySpan<byte> _pixels = image.PixelsAndOneByte;
    private readonly int _width = image.Width, _right = image.Width - 1, _bottom = image.Height - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(ImagePoint point) => point.X >= 0 && point.X < _width && point.Y >= 0 && point.Y < _bottom + 1;

    /// <summary>Offset of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Row(int y) => Math.Clamp(y, 0, _bottom) * _width * 3;

    /// <summary>Offset of a column within a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Column(int x) => Math.Clamp(x, 0, _right) * 3;

    /// <summary>Red, green, blue and an undefined byte, from the lowest byte on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Pixel(int offset) => MemoryMarshal.Read<uint>(_pixels[offset..]);

    /// <summary>The same in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector256<double> Colors(int offset)
    {
        Vector128<uint> four = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Pixel(offset)).AsByte()));
        Vector256<ulong> wide = Vector256.WidenLower(four.ToVector256Unsafe());
        return (wide | Vector256.Create(WholeNumbers)).AsDouble() - Vector256.Create(TwoTo52);
    }

    /// <summary>Colors from 0 to 255 as three bytes, red the lowest; fractions are truncated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Bytes(Vector256<double> colors)
    {
        Vector256<uint> whole = (Vector256.Floor(colors) + Vector256.Create(TwoTo52)).AsUInt32();
        return whole[0] | whole[2] << 8 | whole[4] << 16;
    }
}

/// <summary>Interpolation at a point with Pillow's arithmetic: in double precision, the fraction of the result truncated.</summary>
internal interface ISampler
{
    /// <summary>Red, green, blue from the lowest byte on, at a point inside of the image.</summary>
    static abstract uint Sample(in ClampedPixels pixels, ImagePoint point);
}

/// <summary>The pixel that contains the point.</summary>
internal readonly struct NearestSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in ClampedPixels pixels, ImagePoint point) =>
        pixels.Pixel(pixels.Row(double.ConvertToIntegerNative<int>(point.Y)) + pixels.Column(double.ConvertToIntegerNative<int>(point.X)));
}

/// <summary>Bilinear interpolation of 2 × 2 pixels.</summary>
internal readonly struct BilinearSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in ClampedPixels pixels, ImagePoint point)
    {
        double left = Math.Floor(point.X - 0.5), top = Math.Floor(point.Y - 0.5);
        double dx = point.X - 0.5 - left, dy = point.Y - 0.5 - top;
        int x = double.ConvertToIntegerNative<int>(left), y = double.ConvertToIntegerNative<int>(top);
        int x0 = pixels.Column(x), x1 = pixels.Column(x + 1), y0 = pixels.Row(y), y1 = pixels.Row(y + 1);
        Vector256<double> upper = Between(pixels.Colors(y0 + x0), pixels.Colors(y0 + x1), dx);
        Vector256<double> lower = Between(pixels.Colors(y1 + x0), pixels.Colors(y1 + x1), dx);
        return ClampedPixels.Bytes(Between(upper, lower, dy));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Between(Vector256<double> a, Vector256<double> b, double weight) => a + (b - a) * weight;
}

/// <summary>Bicubic interpolation of 4 × 4 pixels, its overshoot clipped.</summary>
internal readonly struct BicubicSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in ClampedPixels pixels, ImagePoint point)
    {
        double left = Math.Floor(point.X - 0.5), top = Math.Floor(point.Y - 0.5);
        double dx = point.X - 0.5 - left, dy = point.Y - 0.5 - top;
        int x = double.ConvertToIntegerNative<int>(left), y = double.ConvertToIntegerNative<int>(top);
        int x0 = pixels.Column(x - 1), x1 = pixels.Column(x), x2 = pixels.Column(x + 1), x3 = pixels.Column(x + 2);
        Vector256<double> mixed = Between(
            Row(pixels, pixels.Row(y - 1), x0, x1, x2, x3, dx), Row(pixels, pixels.Row(y), x0, x1, x2, x3, dx),
            Row(pixels, pixels.Row(y + 1), x0, x1, x2, x3, dx), Row(pixels, pixels.Row(y + 2), x0, x1, x2, x3, dx), dy);
        return ClampedPixels.Bytes(Vector256.Min(Vector256.Max(mixed, Vector256<double>.Zero), Vector256.Create(255.0)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Row(in ClampedPixels pixels, int row, int x0, int x1, int x2, int x3, double weight) =>
        Between(pixels.Colors(row + x0), pixels.Colors(row + x1), pixels.Colors(row + x2), pixels.Colors(row + x3), weight);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Between(
        Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d, double weight)
    {
        Vector256<double> square = (a - b) * 2 + c - d, cube = b - a - c + d;
        return b + (c - a + (square + cube * weight) * weight) * weight;
    }
}

/// <summary>
/// Displaces each pixel by its own vector, as torchvision's <c>elastic_transform</c> does with PyTorch's <c>grid_sample</c>: in single
/// precision, with coordinates from -1 to 1 over the image.
/// </summary>
internal static class GridSampling
{
    /// <param name="image">The image.</param>
    /// <param name="right">Displacement of each source point to the right.</param>
    /// <param name="down">Displacement of each source point downwards.</param>
    /// <param name="nearest">Whether the nearest pixel is taken instead of bilinear interpolation.</param>
    /// <param name="fill">The color beyond the image.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(ImageBuffer image, ReadOnlySpan<float> right, ReadOnlySpan<float> down, bool nearest, Color fill)
    {
        Span<byte> target = image.Back();
        (int width, int height) = image.Size;
        Source source = new(image);
        Vector128<float> beyond = Vector128.Create(fill.Red, fill.Green, fill.Blue, 1f);
        for (int y = 0, i = 0; y < height; y++)
        {
            float row = Identity(y, height);
            for (int x = 0; x < width; x++, i++)
            {
                float u = (Identity(x, width) + right[i] + 1) * (width / 2f) - 0.5f, v = (row + down[i] + 1) * (height / 2f) - 0.5f;
                Vector128<float> sample = nearest ? source.At(MathF.Round(u), MathF.Round(v)) : Bilinear(source, u, v);
                // The last lane is the part of the sample inside of the image; torchvision multiplies the colors by it once more.
                Vector128<float> coverage = Vector128.Create(sample[3]);
                Vector128<float> mixed = sample * coverage + (Vector128<float>.One - coverage) * beyond;
                for (int color = 0; color < 3; color++)
                    target[i * 3 + color] = (byte)MathF.Round(mixed[color]);
            }
        }
        image.Swap();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Bilinear(in Source source, float u, float v)
    {
        float left = MathF.Floor(u), top = MathF.Floor(v), w = u - left, n = v - top, e = 1 - w, s = 1 - n;
        return source.At(left, top) * (e * s) + source.At(left + 1, top) * (w * s) + source.At(left, top + 1) * (e * n)
            + source.At(left + 1, top + 1) * (w * n);
    }

    // Equal steps from both ends, as torch.linspace.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Identity(int index, int count)
    {
        float first = (1f - count) / count, step = count == 1 ? 0 : (-first - first) / (count - 1);
        return index < count / 2 ? first + step * index : -first - step * (count - 1 - index);
    }

    private readonly ref struct Source(ImageBuffer image)
    {
        private readonly ClampedPixels _pixels = new(image);
        private readonly int _width = image.Width, _height = image.Height;

        /// <summary>Red, green, blue and 1; four times 0 beyond the image.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector128<float> At(float x, float y)
        {
            if (!(x >= 0 && x < _width && y >= 0 && y < _height))
                return Vector128<float>.Zero;
            Vector128<byte> pixel = Vector128.CreateScalarUnsafe(_pixels.Pixel(((int)y * _width + (int)x) * 3)).AsByte();
            return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(pixel)).AsInt32()).WithElement(3, 1);
        }
    }
}
