using MLTransfer.Models;
using MLTransfer.Models.Blocks;
using MLTransfer.Models.Families;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Blocks;

public class StochasticDepthTests
{
    [Fact]
    public void In_training_whole_images_are_dropped_and_the_mean_stays()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor branch = StochasticDepth.Drop(ones(4000, 2, 3, 3), 0.25, training: true);
        Tensor first = branch.select(3, 0).select(2, 0).select(1, 0);
        Assert.True(branch.Equals(first.view(-1, 1, 1, 1).expand(4000, 2, 3, 3)));
        Assert.Equal([0, 1 / 0.75f], first.data<float>().ToArray().Distinct().Order());
        // 4000 draws: the mean's deviation is √(0.25/0.75/4000) = 0.009.
        Assert.Equal(1, first.mean().item<float>(), 0.04f);
    }

    [Fact]
    public void Out_of_training_nothing_is_dropped()
    {
        using var scope = NewDisposeScope();
        Tensor branch = rand(100, 2);
        Assert.Same(branch, StochasticDepth.Drop(branch, 0.9, training: false));
    }

    [Fact]
    public void A_backbone_drops_images_in_training_only()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        ImageModel model = ModelZoo.Find("efficientnet_b0").Build(classes: 2);
        using var frozen = no_grad();
        Tensor images = randn(2, 3, 32, 32);
        model.train();
        Assert.False(model.Features(images).Equals(model.Features(images)));
        model.eval();
        Assert.True(model.Features(images).Equals(model.Features(images)));
    }
}

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
