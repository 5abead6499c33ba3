namespace MLTransfer.Cli.Demo.Pictures;

/// <summary>Red, green and blue, each 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue)
{
    internal static Colour Any(Random random) => new(random.NextDouble(), random.NextDouble(), random.NextDouble());

    /// <summary>A colour that can be told from all the others: the farthest of some drawn ones.</summary>
    internal static Colour UnlikeAll(Random random, params Colour[] others) => Enumerable.Range(0, 6)
        .Select(_ => Any(random))
        .MaxBy(drawn => others.Min(drawn.Distance));

    public static Colour operator *(Colour colour, double factor) => new(colour.Red * factor, colour.Green * factor, colour.Blue * factor);

    public static Colour operator +(Colour left, Colour right) => new(left.Red + right.Red, left.Green + right.Green, left.Blue + right.Blue);

    internal Colour Towards(Colour other, double share) => this * (1 - share) + other * share;

    private double Distance(Colour other) => Math.Abs(Red - other.Red) + Math.Abs(Green - other.Green) + Math.Abs(Blue - other.Blue);
}
