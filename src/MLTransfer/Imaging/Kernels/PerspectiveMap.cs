using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>A map that keeps lines straight: an affine map divided by G x + H y + 1.</summary>
internal readonly record struct PerspectiveMap(AffineMap Affine, double G, double H) : IPixelMap
{
    public ImagePoint Source(int x, int y)
    {
        ImagePoint place = Affine.Source(x, y);
        double depth = G * (x + 0.5) + H * (y + 0.5) + 1;
        return new ImagePoint(place.X / depth, place.Y / depth);
    }

    /// <summary>
    /// The map by which four places of the image come to lie at four places of the result; nothing where no map does that. The numbers are
    /// rounded to single precision, in which torchvision solves for them.
    /// </summary>
    internal static PerspectiveMap? Between(ReadOnlySpan<ImagePoint> places, ReadOnlySpan<ImagePoint> results)
    {
        Span<double> equations = stackalloc double[LinearEquations.Length(8)];
        for (int i = 0; i < 4; i++)
        {
            (double u, double v) = places[i];
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
