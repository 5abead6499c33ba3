namespace MLTransfer.Cli.Demo;

/// <summary>Turns a scene into pixels.</summary>
internal static class Painter
{
    // Samples along each side of a pixel: their mean smooths the edges.
    private const int Samples = 2;

    /// <summary>Red, green, blue and opacity of each pixel, a byte each, row by row.</summary>
    internal static byte[] Paint(Scene scene, int side, Random random)
    {
        var pixels = new byte[side * side * 4];
        for (var index = 0; index < side * side; index++)
        {
            var colour = PixelOf(scene, side, index % side, index / side);
            pixels[index * 4] = Byte(colour.Red + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 1] = Byte(colour.Green + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 2] = Byte(colour.Blue + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 3] = byte.MaxValue;
        }
        return pixels;
    }

    private static Colour PixelOf(Scene scene, int side, int column, int row)
    {
        var sum = default(Colour);
        for (var sample = 0; sample < Samples * Samples; sample++)
            sum += scene.At(Place(column, sample % Samples, side), Place(row, sample / Samples, side));
        return sum * (1.0 / (Samples * Samples));
    }

    private static double Place(int pixel, int sample, int side) => (pixel + (sample + 0.5) / Samples) * 2 / side - 1;

    private static byte Byte(double value) => (byte)Math.Round(Math.Clamp(value, 0, 1) * byte.MaxValue);

    // Box–Muller; 1 − u is never 0.
    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
