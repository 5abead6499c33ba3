using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class GrayLevelsTests
{
    private const int Side = 16;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_correlation_is_that_of_whole_numbers(bool mirrored)
    {
        var random = new Random(1);
        for (int pair = 0; pair < 20; pair++)
        {
            byte[] one = Levels(random, least: 0), other = Levels(random, least: 0);
            Assert.Equal(Expected(one, other, mirrored), new GrayLevels(Of(one)).CorrelationWith(new(Of(other)), mirrored));
        }
    }

    [Fact]
    public void The_brightest_images_lose_nothing()
    {
        byte[] one = Levels(new Random(2), least: 254), other = Levels(new Random(3), least: 254);
        Assert.Equal(Expected(one, other, mirrored: false), new GrayLevels(Of(one)).CorrelationWith(new(Of(other))));
    }

    [Fact]
    public void An_image_of_one_level_correlates_with_none()
    {
        GrayLevels plain = new(Of(new byte[Side * Side])), drawn = new(Of(Levels(new Random(4), least: 0)));
        Assert.Equal(0, plain.CorrelationWith(drawn));
        Assert.Equal(0, drawn.CorrelationWith(plain, mirrored: true));
    }

    private static byte[] Levels(Random random, int least) =>
        [.. Enumerable.Range(0, Side * Side).Select(_ => (byte)random.Next(least, 256))];

    private static Image Of(byte[] levels) => new(Side, Side, [.. levels.SelectMany(level => new[] { level, level, level })]);

    private static double Expected(byte[] one, byte[] other, bool mirrored)
    {
        byte[] second = mirrored ? [.. other.Chunk(Side).SelectMany(row => row.Reverse())] : other;
        long products = one.Zip(second, (first, level) => (long)first * level).Sum();
        (double mean, double otherMean) = (Mean(one), Mean(second));
        return ((double)products / one.Length - mean * otherMean) / (Deviation(mean, one) * Deviation(otherMean, second));
    }

    private static double Mean(byte[] levels) => levels.Average(level => (double)level);

    private static double Deviation(double mean, byte[] levels) => Math.Sqrt(levels.Average(level => (level - mean) * (level - mean)));
}
