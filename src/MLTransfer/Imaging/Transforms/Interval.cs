using System.Globalization;

namespace MLTransfer.Imaging.Transforms;

/// <summary>A closed interval, from which random transforms draw uniformly; aspect ratios uniformly in their logarithm.</summary>
/// <param name="Least">The lower end.</param>
/// <param name="Most">The upper end, not below the lower one.</param>
public readonly record struct Interval(double Least, double Most)
{
    /// <summary>As <c>[0.5, 1.5]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Least}, {Most}]");

    /// <summary>The interval of all numbers within a distance.</summary>
    internal static Interval Around(double middle, double distance) => new(middle - distance, middle + distance);

    /// <summary>Draws one of its numbers.</summary>
    internal double Sample(ref ImageRandom random) => random.Between(Least, Most);

    /// <summary>Returns this interval where it lies within bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is outside, or the lower end is above the upper one.</exception>
    internal Interval Within(double least, double most, string name) => Least >= least && Least <= Most && Most <= most
        ? this
        : throw new ArgumentOutOfRangeException(name, this, string.Create(
            CultureInfo.InvariantCulture, $"{name} is {this}; it must lie between {least} and {most}, the lower end first."));

    /// <summary>Returns this interval where no end is negative or too large for 32 bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is outside, or the lower end is above the upper one.</exception>
    internal Interval NotNegative(string name) => Least >= 0 && Least <= Most && float.IsFinite((float)Most)
        ? this
        : throw new ArgumentOutOfRangeException(
            name, this, $"{name} is {this}; its ends must be 0 or positive numbers, the lower end first.");

    /// <summary>Returns this interval where both ends are positive numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is not positive, or the lower end is above the upper one.</exception>
    internal Interval Positive(string name) => Least > 0 && Least <= Most && double.IsFinite(Most)
        ? this
        : throw new ArgumentOutOfRangeException(name, this, $"{name} is {this}; its ends must be positive numbers, the lower end first.");
}
