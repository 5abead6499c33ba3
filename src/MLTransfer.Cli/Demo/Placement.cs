namespace MLTransfer.Cli.Demo;

/// <summary>Where something lies in the image (whose sides run from −1 to 1), how large, how turned and how stretched.</summary>
internal readonly record struct Placement(double X, double Y, double Scale, double Angle, double Stretch)
{
    private const double MostTurn = 0.6;

    internal static Placement Any(Random random, double leastScale, double mostScale, double reach) => new(
        Between(random, -reach, reach), Between(random, -reach, reach),
        Between(random, leastScale, mostScale), Between(random, -MostTurn, MostTurn), Between(random, 0.85, 1.18));

    /// <summary>The image's place in the coordinates of what is placed.</summary>
    internal (double X, double Y) Inside(double x, double y)
    {
        var (sine, cosine) = Math.SinCos(Angle);
        var (across, down) = ((x - X) / Scale, (y - Y) / Scale);
        return ((across * cosine + down * sine) * Stretch, (down * cosine - across * sine) / Stretch);
    }

    internal static double Between(Random random, double from, double to) => from + (to - from) * random.NextDouble();
}
