namespace MLTransfer.Cli.Demo;

/// <summary>
/// A pattern: <paramref name="Mix"/> gives the share of the second colour, 0 to 1, at a place in units of the pattern's period.
/// </summary>
internal sealed record Texture(string Name, Func<double, double, double> Mix)
{
    internal static readonly Texture Plain = new("plain", (_, _) => 0);

    internal static readonly Texture Stripes = new("stripes", (x, _) => Step(Math.Sin(Math.Tau * x)));

    internal static readonly Texture Checks = new("checks", (x, y) => Step(Math.Sin(Math.Tau * x * 0.7) * Math.Sin(Math.Tau * y * 0.7)));

    internal static readonly Texture Dots =
        new("dots", (x, y) => Step(0.36 - Math.Sqrt(Square(x - Math.Round(x)) + Square(y - Math.Round(y)))));

    internal static readonly Texture Circles = new("circles", (x, y) => Step(Math.Sin(Math.Tau * Math.Sqrt(x * x + y * y))));

    internal static readonly Texture Waves = new("waves", (x, y) => Step(Math.Sin(Math.Tau * (x + 0.35 * Math.Sin(Math.Tau * y * 0.6)))));

    private static double Square(double value) => value * value;

    private static double Step(double value) => value > 0 ? 1 : 0;
}
