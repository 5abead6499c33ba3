using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Errors;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Creates options whose errors say what was given and what is expected.</summary>
internal static partial class CliOption
{
    /// <summary>The value of a <see cref="Switch"/> that is on.</summary>
    internal const string On = "on";

    internal static Option<string?> Text(string name, string shape, string description) =>
        new(name) { HelpName = shape, Description = description };

    internal static Option<string> Required(string name, string shape, string description) =>
        new(name) { HelpName = shape, Description = description, Required = true };

    internal static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>on or off, in any case; null when not given.</summary>
    internal static Option<string?> Switch(string name, string description) => new(name)
    {
        HelpName = $"{On}|off",
        Description = description,
        CustomParser = result => Choose(result, name, [On, "off"]),
    };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>; null when not given.</summary>
    internal static Option<int?> Integer(string name, string description, int least, int most) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => ParseInteger(result, name, least, most),
    };

    /// <summary>A whole number from 1 to <paramref name="most"/>, or a word, which is 0; null when not given.</summary>
    internal static Option<int?> IntegerOr(string word, string name, string description, int most) => new(name)
    {
        HelpName = $"N|{word}",
        Description = description,
        CustomParser = result => word.Equals(result.Tokens[^1].Value, StringComparison.OrdinalIgnoreCase)
            ? 0 : ParseInteger(result, name, 1, most, $"{word} or "),
    };

    /// <summary>A whole number whose value may be omitted, which gives 0; null when the option is not given.</summary>
    internal static Option<int?> OptionalInteger(string name, string description, int least, int most) => new(name)
    {
        HelpName = "N",
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 ? 0 : ParseInteger(result, name, least, most),
    };

    /// <summary>A finite number greater than zero; null when not given.</summary>
    internal static Option<double?> Positive(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result => ParseNumber(result, name, number => number > 0, "a number greater than 0, such as 0.001 or 1e-3"),
    };

    /// <summary>A finite number, zero or greater; null when not given.</summary>
    internal static Option<double?> NotNegative(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result => ParseNumber(result, name, number => number >= 0, "a number of at least 0, such as 0 or 1e-4"),
    };

    /// <summary>A number above zero and at most one; null when not given.</summary>
    internal static Option<double?> Ratio(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result => ParseNumber(
            result, name, number => number is > 0 and <= 1, "a number above 0 and at most 1, such as 0.75"),
    };

    /// <summary>A number from zero to below one; null when not given.</summary>
    internal static Option<double?> Fraction(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result => ParseNumber(result, name, number => number is >= 0 and < 1, "a number from 0 to below 1, such as 0.2"),
    };

    /// <summary>One of <paramref name="words"/>, in any case; the first is the default.</summary>
    internal static Option<string> Choice(string name, string description, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        DefaultValueFactory = _ => words[0],
        CustomParser = result => Choose(result, name, words),
    };

    /// <summary>One of <paramref name="words"/>, in any case; required.</summary>
    internal static Option<string> RequiredChoice(string name, string description, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        Required = true,
        CustomParser = result => Choose(result, name, words),
    };

    /// <summary>A value that <paramref name="parse"/> reads or refuses by a <see cref="FormatException"/>; null when not given.</summary>
    internal static Option<T?> Parsed<T>(string name, string shape, string description, Func<string, T> parse)
        where T : class => new(name)
        {
            HelpName = shape,
            Description = description,
            CustomParser = result =>
            {
                try
                {
                    return parse(result.Tokens[^1].Value);
                }
                catch (FormatException refusal)
                {
                    result.AddError($"{name}: {refusal.Message}");
                    return null;
                }
            },
        };

    /// <summary>One of the values of an enum, in any case, by words in the order of the values; null when not given.</summary>
    internal static Option<Enum?> EnumValue(string name, string description, Type type, string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        CustomParser = result => Array.IndexOf(words, Choose(result, name, words)) is >= 0 and var at
            ? (Enum?)Enum.GetValues(type).GetValue(at)
            : null,
    };

    /// <summary>The name of an enum value on the command line and in JSON: OneCycle becomes one-cycle, AdamW adamw.</summary>
    internal static string NameOf(Enum kind) => BetweenWords().Replace(kind.ToString(), "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z][a-z])")]
    private static partial Regex BetweenWords();

    private static int? ParseInteger(ArgumentResult result, string name, int least, int most, string others = "") => Parse<int>(
        result, name, NumberStyles.AllowLeadingSign, number => number >= least && number <= most,
        $"{others}a whole number from {least} to {most}");

    private static double? ParseNumber(ArgumentResult result, string name, Func<double, bool> accepts, string expected) =>
        Parse<double>(result, name, NumberStyles.Float, number => double.IsFinite(number) && accepts(number), expected);

    private static T? Parse<T>(ArgumentResult result, string name, NumberStyles styles, Func<T, bool> accepts, string expected)
        where T : struct, System.Numerics.INumber<T>
    {
        var text = result.Tokens[^1].Value;
        if (T.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) && accepts(number))
            return number;
        result.AddError($"{name} is '{text}'; it must be {expected}.");
        return null;
    }

    private static string Choose(ArgumentResult result, string name, string[] words)
    {
        var text = result.Tokens[^1].Value;
        if (words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } chosen)
            return chosen;
        result.AddError($"{name} is '{text}'; it must be one of: {string.Join(", ", words)}.{NearestName.Suggest(text, words)}");
        return text;
    }
}

/// <summary>Reads spans of time as people type them.</summary>
internal static partial class Durations
{
    /// <summary>A span of time such as 90s, 5m, 1h30m or 0.5h; a bare number is refused, as it has no unit.</summary>
    /// <param name="word">What was typed.</param>
    /// <exception cref="FormatException">It is none, or it is 0 or longer than a year.</exception>
    internal static TimeSpan Parse(string word)
    {
        var found = Pattern().Match(word);
        var seconds = 3600 * Of("h") + 60 * Of("m") + Of("s");
        return found.Success && word.Length > 0 && seconds is > 0 and <= 365.0 * 24 * 3600 ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{word}' is no time; expected hours, minutes or seconds, such as 1h30m, 5m or 90s.");

        double Of(string unit) =>
            found.Groups[unit] is { Success: true, Value: var number } ? double.Parse(number, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^((?<h>\d{1,6}(\.\d+)?)h)?((?<m>\d{1,6}(\.\d+)?)m)?((?<s>\d{1,9}(\.\d+)?)s)?$")]
    private static partial Regex Pattern();
}
