using System.Globalization;
using System.Runtime.CompilerServices;

namespace MLTransfer.Errors;

/// <summary>Checks options where they enter, and reports all that is wrong with them together.</summary>
internal static class Check
{
    /// <summary>Gives the options back, or throws one exception with every complaint.</summary>
    /// <exception cref="ArgumentException">At least one complaint is not null.</exception>
    public static T All<T>(T options, params IEnumerable<string?> complaints)
        where T : notnull
    {
        string[] found = [.. complaints.OfType<string>()];
        return found.Length == 0 ? options
            : throw new ArgumentException($"{options.GetType().Name} cannot be used. {string.Join(" ", found)}");
    }

    public static string? Between(int least, int value, int most, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= least && value <= most ? null : $"{name} is {value}; it must lie between {least} and {most}.";

    public static string? Share(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? null : $"{name} is {Number(value)}; it must be at least 0 and below 1.";

    public static string? Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? null : $"{name} is {Number(value)}; it must be a positive number.";

    public static string? NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? null : $"{name} is {Number(value)}; it must be 0 or a positive number.";

    public static string? Known<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";

    public static string? Named(string? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        string.IsNullOrWhiteSpace(value) ? $"{name} is empty; it must be a name." : null;

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
