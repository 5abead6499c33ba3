namespace MLTransfer.Cli.Demo;

/// <summary>An outline: <paramref name="Distance"/> is below zero inside, above zero outside, in units of its radius.</summary>
internal sealed record Shape(string Name, Func<double, double, double> Distance)
{
    internal static readonly Shape Disc = new("disc", (x, y) => Math.Sqrt(x * x + y * y) - 1);

    internal static readonly Shape Square = new("square", (x, y) => Math.Max(Math.Abs(x), Math.Abs(y)) - 0.85);

    internal static readonly Shape Triangle = new("triangle", (x, y) => Math.Max(y - 0.6, Math.Abs(x) * 0.866 - y * 0.5 - 0.55));

    internal static readonly Shape Cross = new("cross", (x, y) =>
        Math.Min(Math.Max(Math.Abs(x) - 0.38, Math.Abs(y) - 1), Math.Max(Math.Abs(y) - 0.38, Math.Abs(x) - 1)));

    internal static readonly Shape Ring = new("ring", (x, y) => Math.Abs(Math.Sqrt(x * x + y * y) - 0.72) - 0.3);

    internal static readonly Shape Star = new("star", (x, y) =>
        Math.Sqrt(x * x + y * y) - 0.72 - 0.3 * Math.Cos(5 * Math.Atan2(x, -y)));

    // The classical heart curve (x² + y² − 1)³ = x² y³, turned point down and scaled into the unit disc.
    internal static readonly Shape Heart = new("heart", (x, y) =>
    {
        var (across, up) = (x * 1.25, 0.1 - y * 1.25);
        var round = across * across + up * up - 1;
        return round * round * round - across * across * up * up * up;
    });
}
