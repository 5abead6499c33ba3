using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Tests.Screen;

public class FiguresTests
{
    [Theory]
    [InlineData(0.9281, "92.8 %")]
    [InlineData(1, "100.0 %")]
    [InlineData(double.NaN, "–")]
    public void Shares_are_percent(double share, string text) => Assert.Equal(text, Figures.Percent(share));

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(99.94, "99.9 s")]
    [InlineData(100, "1 min 40 s")]
    [InlineData(3599.9, "59 min 59 s")]
    [InlineData(3600 + 120, "1 h 02 min")]
    [InlineData(double.PositiveInfinity, "–")]
    [InlineData(double.NaN, "–")]
    public void Seconds_become_minutes_and_hours(double seconds, string text) => Assert.Equal(text, Figures.Seconds(seconds));

    [Theory]
    [InlineData(3.14, "3.1/s")]
    [InlineData(1234.4, "1,234/s")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Speeds_have_a_digit_only_when_slow(double speed, string text) => Assert.Equal(text, Figures.Speed(speed));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void Sizes_are_binary(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));
}

public class JsonTests
{
    [Fact]
    public void Names_are_snake_case_and_what_is_not_a_number_is_null()
    {
        using var writer = new StringWriter();
        ReportJson.WriteTo(writer, new { ValAccuracy = double.NaN, TrainImages = 3, Model = "blüte.zip" });
        Assert.Equal(
            """{"val_accuracy":null,"train_images":3,"model":"blüte.zip"}""",
            writer.ToString().Replace("\n", "").Replace("  ", "").Replace(": ", ":"));
    }
}
