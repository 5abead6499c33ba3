using MLTransfer.Native;
using MLTransfer.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Native;

public class ProcessorCachesTests
{
    // Shapes of ResNet-50 and EfficientNet V2 that oneDNN computes wrongly, or ends the process with, where it does not know the caches.
    [Theory]
    [InlineData(2048, 512, 7, 1, 1, true)]
    [InlineData(256, 1024, 14, 1, 1, true)]
    [InlineData(1024, 2048, 14, 1, 2, true)]
    [InlineData(1024, 2048, 14, 1, 2, false)]
    [InlineData(24, 96, 48, 3, 2, false)]
    public void Convolutions_and_their_gradients_are_right_on_every_processor(
        long inputs, long outputs, long side, long kernel, long stride, bool channelsLast)
    {
        _ = ProcessorCaches.AreCorrected;
        foreach ((ScalarType type, double tolerance) in new[] { (ScalarType.Float32, 2e-5), (ScalarType.BFloat16, 0.02) })
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            Tensor maps = Laid(randn(2, inputs, side, side)).to(type);
            Tensor weight = (randn(outputs, inputs, kernel, kernel) / Math.Sqrt(inputs * kernel * kernel)).to(type);
            Tensor[] exact = Results(ScalarType.Float64), ours = Results(type);
            foreach ((Tensor one, Tensor other) in ours.Zip(exact))
                Assert.InRange(Zoo.RelativeDifference(one.to(ScalarType.Float32), other.to(ScalarType.Float32)), 0, tolerance);

            Tensor[] Results(ScalarType precision)
            {
                Tensor input = maps.to(precision, copy: true).requires_grad_(), kernels = weight.to(precision, copy: true).requires_grad_();
                Tensor output = nn.functional.conv2d(input, kernels, null, [stride, stride], [kernel / 2, kernel / 2]);
                output.sum().backward();
                return [output.detach(), input.grad!, kernels.grad!];
            }
        }

        Tensor Laid(Tensor maps) => channelsLast ? maps.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : maps;
    }

    [Fact]
    public void Only_a_processor_that_hides_its_caches_is_spoken_for() =>
        Assert.True(ProcessorCaches.AreHidden || !ProcessorCaches.AreCorrected);
}
