using MLTransfer.Models;
using MLTransfer.Models.Blocks;
using MLTransfer.Models.Families;
using TorchSharp.Modules;
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

public class FoldedNormTests
{
    // The same products in another order: the rounding of float32 adds up over hundreds of positions.
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(6, 8, 3, 2, 1, true)]
    [InlineData(6, 6, 3, 1, 6, false)]
    [InlineData(6, 10, 1, 1, 1, false)]
    public void A_norm_that_keeps_its_statistics_has_the_outputs_and_gradients_of_torch(
        long inputs, long outputs, long kernel, long stride, long groups, bool bias)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Conv2d convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel / 2, groups: groups, bias: bias);
        BatchNorm2d norm = nn.BatchNorm2d(outputs, eps: 1e-3);
        using (no_grad())
        {
            norm.running_mean!.uniform_(-1, 1);
            norm.running_var!.uniform_(0.5, 2);
            norm.weight!.uniform_(0.5, 2);
            norm.bias!.uniform_(-1, 1);
        }

        norm.eval();
        var unit = new ConvolutionUnit(convolution, norm, new ConvolutionShape(inputs, outputs, kernel, stride, kernel / 2, groups));
        Tensor images = randn(4, inputs, 12, 12).requires_grad_();
        Tensor weight = convolution.weight!, scale = norm.weight!, shift = norm.bias!;
        Tensor[] trained = [images, weight, scale, shift, .. bias ? [convolution.bias!] : Array.Empty<Tensor>()];
        Tensor expected = norm.call(convolution.call(images)), found = unit.Forward(images);
        AssertClose(expected, found);
        Tensor outer = randn_like(expected);
        IList<Tensor> expectedGradients = autograd.grad([expected], trained, [outer]);
        IList<Tensor> foundGradients = autograd.grad([found], trained, [outer]);
        Assert.All(expectedGradients.Zip(foundGradients), pair => AssertClose(pair.First, pair.Second));
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.InRange((expected - found).abs().max().item<float>() / expected.abs().max().item<float>(), 0, Tolerance);
    }
}
