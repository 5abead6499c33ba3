using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>A map that keeps lines straight and parallel: (A x + B y + C, D x + E y + F).</summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F) : IPixelMap
{
    private const double Radians = Math.PI / 180;

    public ImagePoint Source(int x, int y) => this * new ImagePoint(x + 0.5, y + 0.5);

    // The order of the sums is Pillow's.
    public static ImagePoint operator *(in AffineMap map, ImagePoint place) =>
        new(map.A * place.X + map.B * place.Y + map.C, map.D * place.X + map.E * place.Y + map.F);

    /// <summary>Turns clockwise, scales and shears around a centre, then moves; as torchvision's <c>affine</c>.</summary>
    /// <param name="centre">What stays where it is before the move.</param>
    /// <param name="degrees">The angle.</param>
    /// <param name="move">Pixels to the right and down.</param>
    /// <param name="scale">How many times as large.</param>
    /// <param name="shear">Degrees along the horizontal and the vertical axis.</param>
    internal static AffineMap Of(ImagePoint centre, double degrees, ImagePoint move = default, double scale = 1, ImagePoint shear = default)
    {
        double angle = degrees * Radians, sx = shear.X * Radians, sy = shear.Y * Radians;
        double a = Math.Cos(angle - sy) / Math.Cos(sy);
        double b = -Math.Cos(angle - sy) * Math.Tan(sx) / Math.Cos(sy) - Math.Sin(angle);
        double c = Math.Sin(angle - sy) / Math.Cos(sy);
        double d = -Math.Sin(angle - sy) * Math.Tan(sx) / Math.Cos(sy) + Math.Cos(angle);
        // The inverse, whose determinant without scale is 1.
        AffineMap inverse = new(d / scale, -b / scale, 0, -c / scale, a / scale, 0);
        return inverse.Around(centre, new ImagePoint(-centre.X - move.X, -centre.Y - move.Y));
    }

    /// <summary>
    /// Turns counter-clockwise, as Pillow's <c>rotate</c>; Pillow rounds sine and cosine, so that right angles are exact.
    /// </summary>
    internal static AffineMap Rotation(ImagePoint centre, double degrees)
    {
        double angle = -(degrees - Math.Floor(degrees / 360) * 360) * Radians;
        double cosine = Rounded(Math.Cos(angle)), sine = Rounded(Math.Sin(angle));
        return new AffineMap(cosine, sine, 0, -sine, cosine, 0).Around(centre, new ImagePoint(-centre.X, -centre.Y));
    }

    /// <summary>The same map after the result was moved.</summary>
    internal AffineMap After(double x, double y)
    {
        ImagePoint start = this * new ImagePoint(x, y);
        return this with { C = start.X, F = start.Y };
    }

    // To 15 decimals, as exactly as Python does it; Math.Round takes the rounding of its own product for a tie.
    private static double Rounded(double value)
    {
        double scaled = value * 1e15, whole = Math.Floor(scaled), lost = Math.FusedMultiplyAdd(value, 1e15, -scaled);
        return (scaled - whole + lost > 0.5 ? whole + 1 : whole) / 1e15;
    }

    private AffineMap Around(ImagePoint centre, ImagePoint before)
    {
        AffineMap moved = After(before.X, before.Y);
        return moved with { C = moved.C + centre.X, F = moved.F + centre.Y };
    }
}
