using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Blocks;

public class ConvolutionUnitTests
{
    [Theory]
    [InlineData(3, 2)]
    [InlineData(5, 1)]
    public void In_bfloat16_depthwise_convolutions_with_slow_gradients_are_trained_through_float32(int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var shape = new ConvolutionShape(8, 8, kernel, stride, kernel / 2, Groups: 8);
        Conv2d convolution = shape.Build(bias: false);
        var unit = new ConvolutionUnit(convolution, norm: null, shape);
        Tensor values = rand(2, 9, 9, 8).permute(0, 3, 1, 2).to(ScalarType.BFloat16);
        Tensor input = values.clone().requires_grad_(), single = values.to(ScalarType.Float32).requires_grad_();
        Tensor expected = nn.functional.conv2d(
            single, convolution.weight!, null, [stride, stride], [kernel / 2, kernel / 2], groups: 8);
        Tensor expectedGradient = autograd.grad([expected.to(ScalarType.BFloat16).sum()], [convolution.weight!])[0];

        Tensor result = unit.Forward(input);
        result.sum().backward();

        Assert.True(result.Equals(expected.to(ScalarType.BFloat16)));
        Assert.True(convolution.weight!.grad!.Equals(expectedGradient));
        Assert.Equal(ScalarType.BFloat16, input.grad!.dtype);
        Assert.Equal(input.stride(), input.grad.stride());
    }
}
