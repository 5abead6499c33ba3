namespace MLTransfer.Cli.Demo;

/// <summary>Red, green and blue, each 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue)
{
    /// <summary>Any colour between a darkness and a lightness.</summary>
    internal static Colour Any(Random random, double darkest, double lightest)
    {
        return new(Part(), Part(), Part());

        double Part() => Placement.Between(random, darkest, lightest);
    }

    public static Colour operator *(Colour colour, double factor) => new(colour.Red * factor, colour.Green * factor, colour.Blue * factor);

    public static Colour operator +(Colour left, Colour right) =>
        new(left.Red + right.Red, left.Green + right.Green, left.Blue + right.Blue);

    internal Colour Towards(Colour other, double share) => this * (1 - share) + other * share;
}
