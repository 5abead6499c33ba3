using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>A resampling filter: how far it reaches, and the weight at a distance, both in source pixels.</summary>
internal sealed record Filter(double Support, Func<double, double> Weight)
{
    private const double Sharpness = -0.5;

    private static readonly Filter Triangle = new(1, x => Math.Max(0, 1 - Math.Abs(x)));

    // Keys' cubic convolution with a = -1/2.
    private static readonly Filter Cubic = new(2, x => Math.Abs(x) switch
    {
        < 1 and var d => ((Sharpness + 2) * d - (Sharpness + 3)) * d * d + 1,
        < 2 and var d => (((d - 5) * d + 8) * d - 4) * Sharpness,
        _ => 0,
    });

    internal static Filter Of(Interpolation interpolation) => interpolation == Interpolation.Bicubic ? Cubic : Triangle;
}
