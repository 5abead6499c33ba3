namespace MLTransfer.Models;

/// <summary>Which images a network can take: squares of how many pixels.</summary>
public sealed record InputSizes
{
    /// <summary>Whatever there is.</summary>
    public static InputSizes Any { get; } = AtLeast(1);

    /// <summary>The smallest side in pixels.</summary>
    public int Least { get; private init; }

    /// <summary>What the side must be a multiple of. Default 1.</summary>
    public int Step { get; private init; } = 1;

    /// <summary>Images of that side or a longer one: below it, no pixel is left behind the last pooling.</summary>
    internal static InputSizes AtLeast(int side) => new() { Least = side };

    /// <summary>Images of that side or a multiple of it, as networks take that cut images into patches.</summary>
    internal static InputSizes MultiplesOf(int side) => new() { Least = side, Step = side };

    /// <summary>What is wrong with a size, as the end of a sentence; null when nothing is.</summary>
    internal string? Complaint(int size) => size switch
    {
        _ when size % Step != 0 => $"it takes multiples of {Step}, such as {Math.Max(Least, (size + Step / 2) / Step * Step)}.",
        _ when size < Least => $"it needs at least {Least} × {Least}.",
        _ => null,
    };
}
