using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Geometric transformations with the pixels of Pillow's <c>Image.transform</c>.</summary>
internal static class Warp
{
    /// <summary>Rotates an image counter-clockwise, as torchvision's <c>rotate</c>.</summary>
    /// <param name="image">The image.</param>
    /// <param name="degrees">The angle.</param>
    /// <param name="interpolation">How pixels are interpolated.</param>
    /// <param name="fill">The color beyond the image.</param>
    /// <param name="center">The fixed point; null: the middle.</param>
    /// <param name="expand">Whether the result is large enough for all of the image, rotated around its middle.</param>
    internal static void Rotate(ImageBuffer image, double degrees, Interpolation interpolation, Color fill, ImagePoint? center = null,
        bool expand = false)
    {
        AffineMap map = AffineMap.Rotation(center ?? Middle(image.Size), degrees);
        ImageDimensions size = image.Size;
        if (expand)
        {
            // Corners between two pixels would make an image turned by a right angle a pixel too large.
            size = center is null && Math.Abs(degrees % 180) == 90 ? new ImageDimensions(image.Height, image.Width)
                : Expanded(map, image.Size);
            map = map.WithOrigin(-(size.Width - image.Width) / 2.0, -(size.Height - image.Height) / 2.0);
        }
        Affine(image, map, interpolation, fill, size);
    }

    /// <summary>Applies an affine map to an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="map">Maps the result to the image.</param>
    /// <param name="interpolation">How pixels are interpolated.</param>
    /// <param name="fill">The color beyond the image.</param>
    /// <param name="size">The size of the result; null: that of the image.</param>
    internal static void Affine(ImageBuffer image, in AffineMap map, Interpolation interpolation, Color fill, ImageDimensions? size = null)
    {
        if (interpolation != Interpolation.Nearest || !NearestAffine.TryRun(image, map, fill, size ?? image.Size))
            Run(image, map, interpolation, fill, size ?? image.Size);
    }

    /// <summary>Applies a perspective map to an image.</summary>
    internal static void Perspective(ImageBuffer image, in PerspectiveMap map, Interpolation interpolation, Color fill) =>
        Run(image, map, interpolation, fill, image.Size);

    /// <summary>The middle of an image.</summary>
    internal static ImagePoint Middle(ImageDimensions size) => new(size.Width / 2.0, size.Height / 2.0);

    private static ImageDimensions Expanded(in AffineMap map, ImageDimensions size)
    {
        ImagePoint right = new(size.Width, 0), below = new(0, size.Height), opposite = new(size.Width, size.Height);
        ReadOnlySpan<ImagePoint> corners = [map * default(ImagePoint), map * right, map * opposite, map * below];
        (ImagePoint least, ImagePoint most) = (corners[0], corners[0]);
        foreach (ImagePoint corner in corners)
        {
            least = new ImagePoint(Math.Min(least.X, corner.X), Math.Min(least.Y, corner.Y));
            most = new ImagePoint(Math.Max(most.X, corner.X), Math.Max(most.Y, corner.Y));
        }
        return new ImageDimensions((int)(Math.Ceiling(most.X) - Math.Floor(least.X)), (int)(Math.Ceiling(most.Y) - Math.Floor(least.Y)));
    }

    private static void Run<TMap>(ImageBuffer image, TMap map, Interpolation interpolation, Color fill, ImageDimensions size)
        where TMap : struct, IPixelMap
    {
        switch (interpolation)
        {
            case Interpolation.Nearest:
                Run<TMap, NearestSampler>(image, map, fill, size);
                break;
            case Interpolation.Bicubic:
                Run<TMap, BicubicSampler>(image, map, fill, size);
                break;
            default:
                Run<TMap, BilinearSampler>(image, map, fill, size);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TMap, TSampler>(ImageBuffer image, TMap map, Color fill, ImageDimensions size)
        where TMap : struct, IPixelMap
        where TSampler : struct, ISampler
    {
        Span<byte> target = image.Back(size);
        ClampedPixels pixels = new(image);
        int to = 0;
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++, to += 3)
            {
                ImagePoint point = map.Source(x, y);
                Span<byte> pixel = target.Slice(to, 3);
                if (pixels.Contains(point))
                    Write(TSampler.Sample(pixels, point), pixel);
                else
                    (pixel[0], pixel[1], pixel[2]) = (fill.Red, fill.Green, fill.Blue);
            }
        }
        image.Swap();
    }

    /// <summary>Writes the three lowest bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(uint colors, Span<byte> pixel) =>
        (pixel[0], pixel[1], pixel[2]) = ((byte)colors, (byte)(colors >> 8), (byte)(colors >> 16));
}

/// <summary>
/// Affine maps with nearest-pixel sampling. Steps are added up as in Pillow, whose rounding decides where points fall between two pixels:
/// in double precision along the axes, otherwise with 16 fractional bits.
/// </summary>
internal static class NearestAffine
{
    private const double One = 1 << 16, Largest = 1 << 15;

    /// <returns>Whether it was done; not where the image is too large for so few bits.</returns>
    internal static bool TryRun(ImageBuffer image, in AffineMap map, Color fill, ImageDimensions size)
    {
        if (map is { B: 0, D: 0 })
            Scale(image, map, fill, size);
        else if (Fits(map, 0, 0) && Fits(map, size.Width, size.Height) && Fits(map, 0, size.Height) && Fits(map, size.Width, 0))
            Rotate(image, map, fill, size);
        else
            return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ImageBuffer image, in AffineMap map, Color fill, ImageDimensions size)
    {
        Target target = new(image, fill, size);
        int[] columns = ArrayPool<int>.Shared.Rent(size.Width);
        double left = map.C + map.A * 0.5, top = map.F + map.E * 0.5;
        for (int x = 0; x < size.Width; x++, left += map.A)
            columns[x] = left < 0 ? -1 : (int)left;
        for (int y = 0; y < size.Height; y++, top += map.E)
        {
            int row = top < 0 ? -1 : (int)top;
            foreach (int column in columns.AsSpan(0, size.Width))
                target.Add(column, row);
        }
        ArrayPool<int>.Shared.Return(columns);
        image.Swap();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(ImageBuffer image, in AffineMap map, Color fill, ImageDimensions size)
    {
        Span<byte> target = image.Back(size);
        ReadOnlySpan<byte> source = image.PixelsAndOneByte;
        uint beyond = Packed(fill), width = (uint)image.Width, height = (uint)image.Height;
        int a = Fixed(map.A), b = Fixed(map.B), d = Fixed(map.D), e = Fixed(map.E);
        int left = Fixed(map.C + map.A * 0.5 + map.B * 0.5), top = Fixed(map.F + map.D * 0.5 + map.E * 0.5);
        for (int y = 0; y < size.Height; y++, left += b, top += e)
        {
            Span<byte> row = target.Slice(y * size.Width * 3, size.Width * 3);
            int u = left, v = top;
            for (int to = 0; to < row.Length; to += 3, u += a, v += d)
            {
                uint column = (uint)(u >> 16), line = (uint)(v >> 16);
                uint colors = column < width && line < height ? MemoryMarshal.Read<uint>(source[(int)((line * width + column) * 3)..])
                    : beyond;
                // Four bytes are written faster than three; the fourth belongs to the next pixel, which overwrites it.
                if (to + 4 <= row.Length)
                    MemoryMarshal.Write(row[to..], colors);
                else
                    Warp.Write(colors, row[to..]);
            }
        }
        image.Swap();
    }

    private static uint Packed(Color color) => color.Red | (uint)color.Green << 8 | (uint)color.Blue << 16;

    private static int Fixed(double value) => (int)Math.Floor(value * One + 0.5);

    private static bool Fits(in AffineMap map, double x, double y) =>
        map * new ImagePoint(x, y) is var point && Math.Abs(point.X) < Largest && Math.Abs(point.Y) < Largest;

    /// <summary>The result, written pixel by pixel.</summary>
    private ref struct Target(ImageBuffer image, Color fill, ImageDimensions size)
    {
        private readonly Span<byte> _target = image.Back(size);
        private readonly ClampedPixels _pixels = new(image);
        private readonly uint _fill = Packed(fill);
        private readonly uint _width = (uint)image.Width, _height = (uint)image.Height;
        private int _next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Add(int x, int y)
        {
            bool inside = (uint)x < _width && (uint)y < _height;
            Warp.Write(inside ? _pixels.Pixel((y * (int)_width + x) * 3) : _fill, _target.Slice(_next, 3));
            _next += 3;
        }
    }
}
