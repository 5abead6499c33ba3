using System.Runtime.CompilerServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Maps pixels of the result to the source image.</summary>
internal interface IPixelMap
{
    /// <summary>The source point of the center of a result pixel, in pixels from the left and the upper edge.</summary>
    ImagePoint Source(int x, int y);
}

/// <summary>An affine map: (A x + B y + C, D x + E y + F).</summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F) : IPixelMap
{
    private const double Radians = Math.PI / 180;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ImagePoint Source(int x, int y) => this * new ImagePoint(x + 0.5, y + 0.5);

    // The order of the sums is Pillow's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ImagePoint operator *(in AffineMap map, ImagePoint place) =>
        new(map.A * place.X + map.B * place.Y + map.C, map.D * place.X + map.E * place.Y + map.F);

    /// <summary>
    /// The map from result to source of a clockwise rotation, scaling and shearing around a center and a translation after it, as
    /// torchvision's <c>affine</c>.
    /// </summary>
    /// <param name="center">The fixed point before the translation.</param>
    /// <param name="degrees">The angle of the rotation.</param>
    /// <param name="translation">Pixels to the right and down.</param>
    /// <param name="scale">The factor of enlargement.</param>
    /// <param name="shear">Degrees along the horizontal and the vertical axis.</param>
    internal static AffineMap Inverse(
        ImagePoint center, double degrees, ImagePoint translation = default, double scale = 1, ImagePoint shear = default)
    {
        double angle = degrees * Radians, sx = shear.X * Radians, sy = shear.Y * Radians;
        double a = Math.Cos(angle - sy) / Math.Cos(sy);
        double b = -Math.Cos(angle - sy) * Math.Tan(sx) / Math.Cos(sy) - Math.Sin(angle);
        double c = Math.Sin(angle - sy) / Math.Cos(sy);
        double d = -Math.Sin(angle - sy) * Math.Tan(sx) / Math.Cos(sy) + Math.Cos(angle);
        // The inverse, whose determinant without scale is 1.
        AffineMap inverse = new(d / scale, -b / scale, 0, -c / scale, a / scale, 0);
        return inverse.Around(center, new ImagePoint(-center.X - translation.X, -center.Y - translation.Y));
    }

    /// <summary>
    /// The map of a counter-clockwise rotation, as Pillow's <c>rotate</c>: sine and cosine are rounded, so that right angles are exact.
    /// </summary>
    internal static AffineMap Rotation(ImagePoint center, double degrees)
    {
        double angle = -(degrees - Math.Floor(degrees / 360) * 360) * Radians;
        double cosine = Rounded(Math.Cos(angle)), sine = Rounded(Math.Sin(angle));
        return new AffineMap(cosine, sine, 0, -sine, cosine, 0).Around(center, new ImagePoint(-center.X, -center.Y));
    }

    /// <summary>The same map with its origin moved to a point of the result.</summary>
    internal AffineMap WithOrigin(double x, double y)
    {
        ImagePoint start = this * new ImagePoint(x, y);
        return this with { C = start.X, F = start.Y };
    }

    // To 15 decimals, exactly as Python rounds; Math.Round would take the rounding error of its own product for a tie.
    private static double Rounded(double value)
    {
        double scaled = value * 1e15, whole = Math.Floor(scaled), lost = Math.FusedMultiplyAdd(value, 1e15, -scaled);
        return (scaled - whole + lost > 0.5 ? whole + 1 : whole) / 1e15;
    }

    private AffineMap Around(ImagePoint center, ImagePoint before)
    {
        AffineMap moved = WithOrigin(before.X, before.Y);
        return moved with { C = moved.C + center.X, F = moved.F + center.Y };
    }
}

/// <summary>A perspective map: an affine map divided by G x + H y + 1.</summary>
internal readonly record struct PerspectiveMap(AffineMap Affine, double G, double H) : IPixelMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ImagePoint Source(int x, int y)
    {
        ImagePoint place = Affine.Source(x, y);
        double depth = G * (x + 0.5) + H * (y + 0.5) + 1;
        return new ImagePoint(place.X / depth, place.Y / depth);
    }

    /// <summary>
    /// The map that brings four points of the image to four points of the result; null where there is none. The coefficients are rounded
    /// to single precision, in which torchvision solves for them.
    /// </summary>
    internal static PerspectiveMap? Between(ReadOnlySpan<ImagePoint> points, ReadOnlySpan<ImagePoint> results)
    {
        Span<double> equations = stackalloc double[LinearEquations.Length(8)];
        for (int i = 0; i < 4; i++)
        {
            (double u, double v) = points[i];
            (double x, double y) = results[i];
            ((ReadOnlySpan<double>)[x, y, 1, 0, 0, 0, -u * x, -u * y, u]).CopyTo(equations[(i * 18)..]);
            ((ReadOnlySpan<double>)[0, 0, 0, x, y, 1, -v * x, -v * y, v]).CopyTo(equations[(i * 18 + 9)..]);
        }
        Span<double> found = stackalloc double[8];
        if (!LinearEquations.Solve(equations, found))
            return null;
        foreach (ref double number in found)
            number = (float)number;
        return new PerspectiveMap(new AffineMap(found[0], found[1], found[2], found[3], found[4], found[5]), found[6], found[7]);
    }
}

/// <summary>Gaussian elimination with partial pivoting, for a few linear equations.</summary>
internal static class LinearEquations
{
    private const double SmallestPivot = 1e-9;

    /// <summary>Length of the augmented matrix, row after row with the right-hand side last.</summary>
    internal static int Length(int unknowns) => unknowns * (unknowns + 1);

    /// <returns>Whether there is exactly one solution.</returns>
    internal static bool Solve(Span<double> equations, Span<double> solution)
    {
        int count = solution.Length, width = count + 1;
        for (int column = 0; column < count; column++)
        {
            PivotRow(equations, column, width);
            double pivot = equations[column * width + column];
            if (!(Math.Abs(pivot) > SmallestPivot))
                return false;
            for (int row = column + 1; row < count; row++)
                Subtract(equations.Slice(column * width, width), equations.Slice(row * width, width), column);
        }
        for (int row = count - 1; row >= 0; row--)
        {
            double rest = equations[row * width + count];
            for (int known = row + 1; known < count; known++)
                rest -= equations[row * width + known] * solution[known];
            solution[row] = rest / equations[row * width + row];
        }
        return true;
    }

    private static void PivotRow(Span<double> equations, int column, int width)
    {
        int largest = column;
        for (int row = column + 1; row < width - 1; row++)
            largest = Math.Abs(equations[row * width + column]) > Math.Abs(equations[largest * width + column]) ? row : largest;
        for (int i = 0; i < width; i++)
            (equations[column * width + i], equations[largest * width + i]) =
                (equations[largest * width + i], equations[column * width + i]);
    }

    private static void Subtract(ReadOnlySpan<double> upper, Span<double> lower, int column)
    {
        double times = lower[column] / upper[column];
        for (int i = column; i < lower.Length; i++)
            lower[i] -= times * upper[i];
    }
}
