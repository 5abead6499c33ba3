using System.Globalization;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Numbers from one up to another.</summary>
/// <param name="Least">The lower end.</param>
/// <param name="Most">The upper end, not below the lower.</param>
public readonly record struct Interval(double Least, double Most)
{
    /// <summary>As <c>[0.5, 1.5]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Least}, {Most}]");

    /// <summary>What lies as far as this around a number.</summary>
    internal static Interval Around(double middle, double distance) => new(middle - distance, middle + distance);

    /// <summary>One of its numbers, all equally likely.</summary>
    internal double Any(ref ImageRandom random) => random.Between(Least, Most);

    /// <summary>This one, when it lies within another; an error that says so when it does not.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end lies outside, or the lower above the upper.</exception>
    internal Interval Within(double least, double most, string name) => Least >= least && Least <= Most && Most <= most
        ? this
        : throw new ArgumentOutOfRangeException(
        name, this, $"{name} is {this}; it must lie between {least} and {most}, the lower end first.");
}
