using System.Runtime.CompilerServices;

namespace MLTransfer.Imaging;

/// <summary>What settings of transforms may be; errors name the setting.</summary>
internal static class Setting
{
    /// <summary>A number from 0 to 1.</summary>
    internal static double Share(double value, [CallerMemberName] string name = "") => Between(0, value, 1, name);

    internal static double Between(double least, double value, double most, [CallerMemberName] string name = "") =>
        value >= least && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between {least} and {most}.");

    internal static double Positive(double value, [CallerMemberName] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a positive number.");

    /// <summary>Two ends of a range of angles.</summary>
    internal static (double Smallest, double Largest) Angles(double smallestDegrees, double largestDegrees) =>
        double.IsFinite(smallestDegrees) && double.IsFinite(largestDegrees) && smallestDegrees <= largestDegrees
            ? (smallestDegrees, largestDegrees)
            : throw new ArgumentOutOfRangeException(
                nameof(largestDegrees), largestDegrees, $"There is no angle from {smallestDegrees} to {largestDegrees} degrees; the largest must not be less than the smallest.");
}
