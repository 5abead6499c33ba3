using System.Globalization;
using System.Text.RegularExpressions;

namespace MLTransfer.Cli.CommandLine;

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
