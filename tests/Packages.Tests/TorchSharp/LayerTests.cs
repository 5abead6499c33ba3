using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class LayerTests
{
    [Theory]
    [InlineData(1, 0, 1, 6)]
    [InlineData(2, 1, 1, 4)]
    [InlineData(1, 2, 2, 8)]
    public void A_convolution_has_the_size_its_stride_padding_and_dilation_make(long stride, long padding, long dilation, long size)
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(2, 4, 3, stride, padding, dilation, groups: 2);
        Assert.Equal(new long[] { 1, 4, size, size }, layer.call(ones(1, 2, 8, 8)).shape);
        Assert.Equal(new long[] { 4, 1, 3, 3 }, layer.weight.shape);
    }

    [Fact]
    public void A_convolution_pads_to_the_same_size_or_with_the_edge()
    {
        using var scope = NewDisposeScope();
        using var same = nn.Conv2d(1, 1, 3, Padding.Same);
        Assert.Equal(new long[] { 1, 1, 5, 5 }, same.call(ones(1, 1, 5, 5)).shape);
        using var replicated = nn.Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Replicate, bias: false);
        var flat = replicated.call(ones(1, 1, 5, 5));
        Assert.True(flat.allclose(flat[0, 0, 2, 2].expand(1, 1, 5, 5), atol: 1e-6));
        Assert.Throws<ArgumentException>(() => same.call(ones(1, 2, 5, 5)));
    }

    [Fact]
    public void A_batch_norm_normalizes_by_the_batch_and_remembers_it()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.BatchNorm2d(1, momentum: 0.5);
        var input = tensor(new float[] { 1, 2, 3, 4 }, [1, 1, 2, 2]);
        var expected = (input - 2.5) / Math.Sqrt(1.25 + 1e-5);
        Assert.True(layer.call(input).allclose(expected, atol: 1e-5));
        Assert.Equal(1.25, layer.running_mean!.ToDouble(), 1e-6);
        Assert.Equal((1 + 5.0 / 3) / 2, layer.running_var!.ToDouble(), 1e-6);
        Assert.Equal(1, layer.num_batches_tracked!.ToInt64());
        layer.eval();
        layer.call(input);
        Assert.Equal(1, layer.num_batches_tracked!.ToInt64());
        Assert.Throws<ArgumentException>(() => layer.call(ones(1, 1, 2)));
    }

    [Fact]
    public void A_layer_norm_normalizes_the_last_dimension_and_scales_it()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.LayerNorm(4, eps: 1e-6);
        Assert.Equal(["weight", "bias"], layer.state_dict().Keys);
        var input = tensor(new float[] { 1, 2, 3, 4, 10, 20, 30, 40 }, [2, 4]);
        var expected = ((tensor(new float[] { 1, 2, 3, 4 }) - 2.5) / Math.Sqrt(1.25 + 1e-6)).detach();
        Assert.True(layer.call(input)[0].allclose(expected, atol: 1e-6));
        Assert.True(layer.call(input)[1].allclose(expected, atol: 1e-5));
        nn.init.constant_(layer.weight, 2);
        nn.init.constant_(layer.bias!, 1);
        Assert.True(layer.call(input)[0].allclose(2 * expected + 1, atol: 1e-6));
        Assert.True(nn.functional.layer_norm(input, [4], eps: 1e-6)[0].allclose(expected, atol: 1e-6));
    }

    [Fact]
    public void Smooth_activations_have_the_values_of_their_formulas()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new float[] { -4, -1, 0, 1.5f, 4 });
        Assert.True(input.clone().silu_().allclose(input * input.sigmoid(), atol: 1e-6));
        Assert.True(input.clone().hardswish_().allclose(input * (input + 3).clamp(0, 6) / 6, atol: 1e-6));
        Assert.True(input.clone().hardsigmoid_().allclose((input + 3).clamp(0, 6) / 6, atol: 1e-6));
        // x Φ(x) with Φ(1.5) = 0.9331928
        Assert.Equal(1.5 * 0.9331928, input.gelu()[3].ToDouble(), 1e-6);
        Assert.Same(input, input.silu_());
    }

    [Fact]
    public void Pools_take_the_largest_or_the_mean()
    {
        using var scope = NewDisposeScope();
        var input = arange(16, dtype: float32).reshape(1, 1, 4, 4);
        Assert.Equal(new float[] { 5, 7, 13, 15 }, nn.MaxPool2d(2).call(input).data<float>().ToArray());
        Assert.Equal(new float[] { 2.5f, 4.5f, 10.5f, 12.5f }, nn.AvgPool2d(2).call(input).data<float>().ToArray());
        Assert.Equal(7.5, nn.AdaptiveAvgPool2d(1).call(input).ToDouble());
        Assert.Equal(new long[] { 1, 1, 2, 2 }, nn.MaxPool2d(3, stride: 2, padding: 1).call(input).shape);
        Assert.Equal(new long[] { 1, 1, 6, 6 }, nn.ZeroPad2d(1).call(input).shape);
    }

    [Fact]
    public void Activations_and_dropout_do_what_they_say()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new float[] { -1, 0.5f, 7 });
        Assert.Equal(new[] { 0, 0.5f, 7 }, nn.ReLU().call(input).data<float>().ToArray());
        Assert.Equal(new[] { 0, 0.5f, 6 }, nn.ReLU6().call(input).data<float>().ToArray());
        using var dropout = nn.Dropout(1);
        Assert.Equal(0, dropout.call(input).sum().ToDouble());
        dropout.eval();
        Assert.True(dropout.call(input).Equals(input));
        Assert.True(nn.Identity().call(input).Equals(input));
        nn.ReLU(inplace: true).call(input);
        Assert.Equal(0, input[0].ToDouble());
    }

    [Fact]
    public void A_sequence_can_be_cut_into_parts_that_share_its_layers()
    {
        using var whole = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1));
        var head = whole[2..];
        Assert.Equal(1, head.Count);
        Assert.Same(whole[2], head[0]);
        Assert.Equal(["2.weight", "2.bias"], head.state_dict().Keys);
    }

    [Fact]
    public void A_cross_entropy_weighs_smooths_and_ignores()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[,] { { 2, 0 }, { 0, 1 } });
        var labels = tensor(new long[] { 0, 1 });
        var first = Math.Log(1 + Math.Exp(-2));
        var second = Math.Log(1 + Math.Exp(-1));
        Assert.Equal((first + second) / 2, nn.functional.cross_entropy(logits, labels).ToDouble(), 1e-6);
        Assert.Equal(second, nn.functional.cross_entropy(logits, labels, ignore_index: 0).ToDouble(), 1e-6);
        var weighted = new CrossEntropyLoss(tensor(new float[] { 3, 1 }), reduction: nn.Reduction.Mean);
        Assert.Equal((3 * first + second) / 4, weighted.call(logits, labels).ToDouble(), 1e-6);
        var smoothed = 0.95 * first + 0.05 * (first + 2);
        Assert.Equal(smoothed, nn.functional.cross_entropy(logits[..1], labels[..1], label_smoothing: 0.1).ToDouble(), 1e-6);
    }

    [Fact]
    public void Weights_start_within_the_bounds_of_their_fans()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(100, 50);
        Assert.InRange(layer.weight.abs().max().ToDouble(), 0.09, 0.1);
        nn.init.kaiming_normal_(layer.weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        Assert.InRange(layer.weight.std().ToDouble(), 0.19, 0.21);
        nn.init.xavier_uniform_(layer.weight);
        Assert.InRange(layer.weight.abs().max().ToDouble(), 0.19, 0.2);
        nn.init.trunc_normal_(layer.weight, std: 0.5, a: -0.5, b: 0.5);
        Assert.InRange(layer.weight.abs().max().ToDouble(), 0.45, 0.5);
        nn.init.constant_(layer.weight, 3);
        Assert.Equal(3, layer.weight.mean().ToDouble(), 1e-6);
        Assert.True(layer.weight.requires_grad);
    }

    [Fact]
    public void Images_are_resized_in_the_mode_asked_for()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new float[] { 0, 1, 2, 3 }, [1, 1, 2, 2]);
        Assert.Equal(1.5, nn.functional.interpolate(input, [1, 1], mode: InterpolationMode.Area).ToDouble());
        var doubled = nn.functional.interpolate(input, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false);
        Assert.Equal(new[] { 0, 0.25f, 0.75f, 1 }, doubled[0, 0, 0].data<float>().ToArray());
        Assert.Equal(new long[] { 2, 3 }, nn.functional.one_hot(tensor(new long[] { 0, 2 })).shape);
    }
}
