using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLTransfer.Imaging.Warping;

/// <summary>Finds the colour between pixels, with Pillow's arithmetic: in double precision, the fraction of the result cut off.</summary>
internal interface ISampler
{
    /// <summary>Red, green, blue from the lowest byte on, at a place inside of the picture.</summary>
    static abstract uint Sample(in Taps taps, PicturePoint place);
}

/// <summary>The pixel that contains the place.</summary>
internal readonly struct NearestSampler : ISampler
{
    public static uint Sample(in Taps taps, PicturePoint place) => taps.Pixel(taps.Row((int)place.Y) + taps.Column((int)place.X));
}

/// <summary>Linear between two by two pixels.</summary>
internal readonly struct BilinearSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in Taps taps, PicturePoint place)
    {
        double left = Math.Floor(place.X - 0.5), top = Math.Floor(place.Y - 0.5);
        double dx = place.X - 0.5 - left, dy = place.Y - 0.5 - top;
        int x0 = taps.Column((int)left), x1 = taps.Column((int)left + 1), y0 = taps.Row((int)top), y1 = taps.Row((int)top + 1);
        Vector256<double> upper = Between(taps.Colours(y0 + x0), taps.Colours(y0 + x1), dx);
        Vector256<double> lower = Between(taps.Colours(y1 + x0), taps.Colours(y1 + x1), dx);
        return Bytes(Between(upper, lower, dy));
    }

    private static Vector256<double> Between(Vector256<double> a, Vector256<double> b, double share) => a + (b - a) * share;

    private static uint Bytes(Vector256<double> colours) => (uint)colours[0] | (uint)colours[1] << 8 | (uint)colours[2] << 16;
}

/// <summary>Cubic between four by four pixels, its overshoot cut off.</summary>
internal readonly struct BicubicSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in Taps taps, PicturePoint place)
    {
        double left = Math.Floor(place.X - 0.5), top = Math.Floor(place.Y - 0.5);
        double dx = place.X - 0.5 - left, dy = place.Y - 0.5 - top;
        return Bytes(Between(Row(taps, left, top - 1, dx), Row(taps, left, top, dx), Row(taps, left, top + 1, dx), Row(taps, left, top + 2, dx), dy));
    }

    private static Vector256<double> Row(in Taps taps, double left, double y, double share)
    {
        int row = taps.Row((int)y), x = (int)left;
        return Between(
            taps.Colours(row + taps.Column(x - 1)), taps.Colours(row + taps.Column(x)),
            taps.Colours(row + taps.Column(x + 1)), taps.Colours(row + taps.Column(x + 2)), share);
    }

    private static Vector256<double> Between(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d, double share)
    {
        Vector256<double> square = (a - b) * 2 + c - d, cube = b - a - c + d;
        return b + (c - a + (square + cube * share) * share) * share;
    }

    private static uint Bytes(Vector256<double> colours)
    {
        Vector256<double> clamped = Vector256.Min(Vector256.Max(colours, Vector256<double>.Zero), Vector256.Create(255.0));
        return (uint)clamped[0] | (uint)clamped[1] << 8 | (uint)clamped[2] << 16;
    }
}
