using System.Globalization;
using System.Runtime.CompilerServices;

namespace MLTransfer.Errors;

/// <summary>
/// Checks option values. Each check returns a complaint that names the option, or null; <see cref="All"/> reports the complaints about
/// an options record together, <see cref="Require"/> throws the one about a single value.
/// </summary>
internal static class Check
{
    /// <summary>Returns the options, or throws one exception with every complaint.</summary>
    /// <exception cref="ArgumentException">At least one complaint is not null.</exception>
    public static T All<T>(T options, params IEnumerable<string?> complaints)
        where T : notnull
    {
        string[] found = [.. complaints.OfType<string>()];
        return found.Length == 0 ? options
            : throw new ArgumentException($"{options.GetType().Name} cannot be used. {string.Join(" ", found)}");
    }

    public static string? Between(int least, int value, int most, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Between((double)least, value, most, name);

    public static string? Between(double least, double value, double most, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= least && value <= most
            ? null
            : $"{name} is {Text(value)}; it must lie between {Text(least)} and {Text(most)}.";

    /// <summary>A number in [0, 1].</summary>
    public static string? Fraction(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Between(0.0, value, 1, name);

    /// <summary>A number in [0, 1).</summary>
    public static string? FractionBelowOne(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? null : $"{name} is {Text(value)}; it must be at least 0 and below 1.";

    /// <summary>A number in (0, 1].</summary>
    public static string? Ratio(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and <= 1 ? null : $"{name} is {Text(value)}; it must be above 0 and at most 1.";

    public static string? Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? null : $"{name} is {Text(value)}; it must be a positive number.";

    public static string? NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? null : $"{name} is {Text(value)}; it must be 0 or a positive number.";

    public static string? Known<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";

    public static string? NotBlank(string? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        string.IsNullOrWhiteSpace(value) ? $"{name} is empty; it must be a name." : null;

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The checks of <see cref="Check"/> for a property that is checked as it is set: returns the value, or throws.</summary>
/// <exception cref="ArgumentOutOfRangeException">The value is not allowed; the message names the property and the range.</exception>
internal static class Require
{
    public static int Between(int least, int value, int most, [CallerMemberName] string name = "") =>
        Valid(value, Check.Between(least, value, most, name), name);

    public static double Between(double least, double value, double most, [CallerMemberName] string name = "") =>
        Valid(value, Check.Between(least, value, most, name), name);

    /// <summary>A number in [0, 1].</summary>
    public static double Fraction(double value, [CallerMemberName] string name = "") => Valid(value, Check.Fraction(value, name), name);

    public static double NotNegative(double value, [CallerMemberName] string name = "") =>
        Valid(value, Check.NotNegative(value, name), name);

    public static double Positive(double value, [CallerMemberName] string name = "") => Valid(value, Check.Positive(value, name), name);

    private static T Valid<T>(T value, string? complaint, string name) =>
        complaint is null ? value : throw new ArgumentOutOfRangeException(name, value, complaint);
}
