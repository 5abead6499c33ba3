using MLTransfer.Models.Families;

namespace MLTransfer.Tests.Models.Blocks;

public class ChannelCountTests
{
    [Theory]
    [InlineData(32 * 1.2, 8, 40)]
    [InlineData(16 * 1.4, 8, 24)]
    [InlineData(3, 8, 8)]
    [InlineData(72, 24, 72)]
    [InlineData(1000, 232, 928)]
    public void Channels_are_rounded_to_the_nearest_multiple(double channels, long divisor, long rounded) =>
        Assert.Equal(rounded, ChannelCount.Round(channels, divisor));

    [Fact]
    public void Channels_are_never_rounded_down_by_more_than_a_tenth() => Assert.Equal(16, ChannelCount.Round(11.5));
}
