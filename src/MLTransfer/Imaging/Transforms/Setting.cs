using System.Runtime.CompilerServices;

namespace MLTransfer.Imaging.Transforms;

/// <summary>What settings of transforms may be; errors name the setting.</summary>
internal static class Setting
{
    /// <summary>The longest side that a transform may ask for: sums of several of them are still whole numbers of 32 bits.</summary>
    private const int LongestSide = 1 << 20;

    /// <summary>The length of a side in pixels.</summary>
    internal static int Side(int value, [CallerMemberName] string name = "") => Pixels(1, value, name);

    /// <summary>The width of a border in pixels.</summary>
    internal static int Border(int value, [CallerMemberName] string name = "") => Pixels(0, value, name);

    /// <summary>A number from 0 to 1.</summary>
    internal static double Share(double value, [CallerMemberName] string name = "") => Between(0, value, 1, name);

    internal static double Between(double least, double value, double most, [CallerMemberName] string name = "") =>
        value >= least && value <= most ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between {least} and {most}.");

    internal static double Positive(double value, [CallerMemberName] string name = "") =>
        value > 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a positive number.");

    /// <summary>Two ends of a range of angles.</summary>
    internal static (double Smallest, double Largest) Angles(double smallestDegrees, double largestDegrees) =>
        smallestDegrees >= -360 && smallestDegrees <= largestDegrees && largestDegrees <= 360
            ? (smallestDegrees, largestDegrees)
            : throw new ArgumentOutOfRangeException(
                nameof(largestDegrees), largestDegrees,
                $"There is no angle from {smallestDegrees} to {largestDegrees} degrees; both must lie between -360 and 360, the largest "
                + $"not below the smallest.");

    private static int Pixels(int least, int value, string name) => value >= least && value <= LongestSide
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value} pixels; it must lie between {least} and {LongestSide}.");
}
