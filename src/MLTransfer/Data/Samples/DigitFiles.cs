using Microsoft.ML.Data;

namespace MLTransfer.Data.Samples;

/// <summary>Writes digits of a display with seven segments as PNG files, one folder per digit.</summary>
internal static class DigitFiles
{
    internal const int Side = 28;

    private const int Digits = 10;
    private const double Half = 0.6;
    private const double StrayThickness = 0.08;

    // The ends of the segments a to g, in units of half the height of a digit: top, right above and below, bottom, left below and above,
    // middle.
    private static readonly (double X1, double Y1, double X2, double Y2)[] Segments =
    [
        (-Half, -1, Half, -1), (Half, -1, Half, 0), (Half, 0, Half, 1), (-Half, 1, Half, 1), (-Half, 0, -Half, 1), (-Half, -1, -Half, 0),
        (-Half, 0, Half, 0),
    ];

    // Which segments are lit, bit 0 for a to bit 6 for g.
    private static readonly int[] Lit = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];

    internal static void Write(string folder, int imagesPerClass, int seed, CancellationToken cancel)
    {
        for (int digit = 0; digit < Digits; digit++)
            Directory.CreateDirectory(Path.Combine(folder, $"{digit}"));
        Parallel.For(0, Digits * imagesPerClass, new ParallelOptions { CancellationToken = cancel }, index =>
        {
            (int number, int digit) = Math.DivRem(index, Digits);
            using var image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, Pixels(digit, number, seed));
            image.Save(Path.Combine(folder, $"{digit}", $"{number:000}.png"));
        });
    }

    /// <summary>The pixels of one digit: red, green, blue and alpha, row by row.</summary>
    internal static byte[] Pixels(int digit, int number, int seed)
    {
        var random = new Random(unchecked((seed * 397 + digit) * 100_003 + number));
        Placement place = Placement.Sample(random, leastScale: 0.5, mostScale: 0.75, reach: 0.15);
        double thickness = Placement.Uniform(random, 0.1, 0.22), slant = Placement.Uniform(random, -0.1, 0.25);
        double ink = Placement.Uniform(random, 0.4, 1), noise = Placement.Uniform(random, 0, 0.4);
        // A stray stroke, as hard to tell from a segment as a smudge is.
        (double, double, double, double) stray = (Anywhere(random), Anywhere(random), Anywhere(random), Anywhere(random));
        byte[] pixels = new byte[Side * Side * 4];
        for (int index = 0; index < Side * Side; index++)
        {
            (double x, double y) = place.ToLocal(Coordinate(index % Side), Coordinate(index / Side));
            x += slant * y;
            double distance = Math.Min(Distance(digit, x, y) - thickness, Distance(stray, x, y) - StrayThickness);
            // The edge is about a pixel wide.
            double level = ink * Math.Clamp(0.5 - distance * place.Scale * Side / 2, 0, 1) + noise * random.NextDouble();
            pixels.AsSpan(4 * index, 3).Fill((byte)Math.Round(byte.MaxValue * Math.Clamp(level, 0, 1)));
            pixels[4 * index + 3] = byte.MaxValue;
        }
        return pixels;
    }

    private static double Anywhere(Random random) => Placement.Uniform(random, -1.2, 1.2);

    private static double Coordinate(int pixel) => (pixel + 0.5) * 2 / Side - 1;

    private static double Distance(int digit, double x, double y) =>
        Enumerable.Range(0, Segments.Length).Where(segment => (Lit[digit] >> segment & 1) == 1)
            .Min(segment => Distance(Segments[segment], x, y));

    private static double Distance((double X1, double Y1, double X2, double Y2) segment, double x, double y)
    {
        (double alongX, double alongY) = (segment.X2 - segment.X1, segment.Y2 - segment.Y1);
        double part = ((x - segment.X1) * alongX + (y - segment.Y1) * alongY) / (alongX * alongX + alongY * alongY);
        part = Math.Clamp(part, 0, 1);
        return Math.Sqrt(Math.Pow(x - segment.X1 - part * alongX, 2) + Math.Pow(y - segment.Y1 - part * alongY, 2));
    }
}
