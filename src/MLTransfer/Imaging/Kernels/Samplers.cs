using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Finds the colour between pixels, with Pillow's arithmetic: in double precision, the fraction of the result cut off.</summary>
internal interface ISampler
{
    /// <summary>Red, green, blue from the lowest byte on, at a place inside of the image.</summary>
    static abstract uint Sample(in Taps taps, ImagePoint place);
}

/// <summary>The pixel that contains the place.</summary>
internal readonly struct NearestSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in Taps taps, ImagePoint place) =>
        taps.Pixel(taps.Row(double.ConvertToIntegerNative<int>(place.Y)) + taps.Column(double.ConvertToIntegerNative<int>(place.X)));
}

/// <summary>Linear between two by two pixels.</summary>
internal readonly struct BilinearSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in Taps taps, ImagePoint place)
    {
        double left = Math.Floor(place.X - 0.5), top = Math.Floor(place.Y - 0.5);
        double dx = place.X - 0.5 - left, dy = place.Y - 0.5 - top;
        int x = double.ConvertToIntegerNative<int>(left), y = double.ConvertToIntegerNative<int>(top);
        int x0 = taps.Column(x), x1 = taps.Column(x + 1), y0 = taps.Row(y), y1 = taps.Row(y + 1);
        Vector256<double> upper = Between(taps.Colours(y0 + x0), taps.Colours(y0 + x1), dx);
        Vector256<double> lower = Between(taps.Colours(y1 + x0), taps.Colours(y1 + x1), dx);
        return Taps.Bytes(Between(upper, lower, dy));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Between(Vector256<double> a, Vector256<double> b, double share) => a + (b - a) * share;
}

/// <summary>Cubic between four by four pixels, its overshoot cut off.</summary>
internal readonly struct BicubicSampler : ISampler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sample(in Taps taps, ImagePoint place)
    {
        double left = Math.Floor(place.X - 0.5), top = Math.Floor(place.Y - 0.5);
        double dx = place.X - 0.5 - left, dy = place.Y - 0.5 - top;
        int x = double.ConvertToIntegerNative<int>(left), y = double.ConvertToIntegerNative<int>(top);
        int x0 = taps.Column(x - 1), x1 = taps.Column(x), x2 = taps.Column(x + 1), x3 = taps.Column(x + 2);
        Vector256<double> mixed = Between(
            Row(taps, taps.Row(y - 1), x0, x1, x2, x3, dx), Row(taps, taps.Row(y), x0, x1, x2, x3, dx),
            Row(taps, taps.Row(y + 1), x0, x1, x2, x3, dx), Row(taps, taps.Row(y + 2), x0, x1, x2, x3, dx), dy);
        return Taps.Bytes(Vector256.Min(Vector256.Max(mixed, Vector256<double>.Zero), Vector256.Create(255.0)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Row(in Taps taps, int row, int x0, int x1, int x2, int x3, double share) =>
        Between(taps.Colours(row + x0), taps.Colours(row + x1), taps.Colours(row + x2), taps.Colours(row + x3), share);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Between(
        Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d, double share)
    {
        Vector256<double> square = (a - b) * 2 + c - d, cube = b - a - c + d;
        return b + (c - a + (square + cube * share) * share) * share;
    }
}
