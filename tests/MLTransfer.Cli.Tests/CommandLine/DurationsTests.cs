using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.CommandLine;

public class DurationsTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("1h0m1s", 3601)]
    [InlineData("0.5h", 1800)]
    [InlineData("1.5s", 1.5)]
    public void Hours_minutes_and_seconds_are_understood(string word, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse(word));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5m")]
    [InlineData("0s")]
    [InlineData("5 m")]
    [InlineData("5M")]
    [InlineData("30m1h")]
    [InlineData("1d")]
    [InlineData("999999h")]
    [InlineData("1e9s")]
    [InlineData("NaNs")]
    public void Anything_else_is_refused(string word) =>
        Assert.StartsWith(
            $"'{word}' is no time", Assert.Throws<FormatException>(() => Durations.Parse(word)).Message, StringComparison.Ordinal);
}
