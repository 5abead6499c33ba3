using System.Buffers;
using System.Runtime.InteropServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// An affine map to the nearest pixels, by adding steps up as Pillow does, because its rounding decides where places fall between two
/// pixels:
/// in double precision along the axes, otherwise with 16 bits behind the point.
/// </summary>
internal static class NearestAffine
{
    private const double One = 1 << 16, Largest = 1 << 15;

    /// <summary>Does nothing and says so when the image is too large for so few bits.</summary>
    internal static bool TryRun(Canvas canvas, in AffineMap map, Color fill, ImageDimensions size)
    {
        if (map is { B: 0, D: 0 })
            Scale(canvas, map, fill, size);
        else if (Fits(map, 0, 0) && Fits(map, size.Width, size.Height) && Fits(map, 0, size.Height) && Fits(map, size.Width, 0))
            Turn(canvas, map, fill, size);
        else
            return false;
        return true;
    }

    private static void Scale(Canvas canvas, in AffineMap map, Color fill, ImageDimensions size)
    {
        Target target = new(canvas, fill, size);
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
        canvas.Accept();
    }

    private static void Turn(Canvas canvas, in AffineMap map, Color fill, ImageDimensions size)
    {
        Span<byte> target = canvas.Draft(size);
        ReadOnlySpan<byte> source = canvas.PixelsAndOneByte;
        uint nothing = Packed(fill), width = (uint)canvas.Width, height = (uint)canvas.Height;
        int a = Fixed(map.A), b = Fixed(map.B), d = Fixed(map.D), e = Fixed(map.E);
        int left = Fixed(map.C + map.A * 0.5 + map.B * 0.5), top = Fixed(map.F + map.D * 0.5 + map.E * 0.5);
        for (int y = 0; y < size.Height; y++, left += b, top += e)
        {
            Span<byte> row = target.Slice(y * size.Width * 3, size.Width * 3);
            int u = left, v = top;
            for (int to = 0; to < row.Length; to += 3, u += a, v += d)
            {
                uint column = (uint)(u >> 16), line = (uint)(v >> 16);
                uint colours = column < width && line < height ? MemoryMarshal.Read<uint>(source[(int)((line * width + column) * 3)..])
                    : nothing;
                // Four bytes are written faster than three; the fourth belongs to the next pixel, which comes next.
                if (to + 4 <= row.Length)
                    MemoryMarshal.Write(row[to..], colours);
                else
                    Warp.Write(colours, row[to..]);
            }
        }
        canvas.Accept();
    }

    private static uint Packed(Color color) => color.Red | (uint)color.Green << 8 | (uint)color.Blue << 16;

    private static int Fixed(double value) => (int)Math.Floor(value * One + 0.5);

    private static bool Fits(in AffineMap map, double x, double y) =>
        map * new ImagePoint(x, y) is var place && Math.Abs(place.X) < Largest && Math.Abs(place.Y) < Largest;

    /// <summary>The result, filled pixel after pixel.</summary>
    private ref struct Target(Canvas canvas, Color fill, ImageDimensions size)
    {
        private readonly Span<byte> _target = canvas.Draft(size);
        private readonly Taps _taps = new(canvas);
        private readonly uint _fill = Packed(fill);
        private readonly uint _width = (uint)canvas.Width, _height = (uint)canvas.Height;
        private int _next;

        internal void Add(int x, int y)
        {
            bool inside = (uint)x < _width && (uint)y < _height;
            Warp.Write(inside ? _taps.Pixel((y * (int)_width + x) * 3) : _fill, _target.Slice(_next, 3));
            _next += 3;
        }
    }
}
