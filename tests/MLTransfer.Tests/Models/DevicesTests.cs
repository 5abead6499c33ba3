using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

public class DevicesTests
{
    [Fact]
    public void Without_a_CUDA_device_asking_for_one_is_an_error_that_says_what_to_do()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Devices.Resolve(DeviceKind.Cuda, hasCuda: false));
        Assert.Contains("torch sees no CUDA device. Use Auto or Cpu, or install the CUDA build of libtorch", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceKind.Auto, false, DeviceType.CPU)]
    [InlineData(DeviceKind.Auto, true, DeviceType.CUDA)]
    [InlineData(DeviceKind.Cpu, true, DeviceType.CPU)]
    [InlineData(DeviceKind.Cuda, true, DeviceType.CUDA)]
    public void The_device_is_the_one_asked_for_and_auto_prefers_CUDA(DeviceKind asked, bool hasCuda, DeviceType device) =>
        Assert.Equal(device, Devices.Resolve(asked, hasCuda).type);

    [Fact]
    public void Bfloat16_is_never_chosen_automatically_on_a_CUDA_device()
    {
        Assert.Equal(ScalarType.Float32, Devices.Resolve(Precision.Auto, CUDA));
        Assert.Equal(ScalarType.BFloat16, Devices.Resolve(Precision.BFloat16, CUDA));
        Assert.Equal(ProcessorFeatures.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, Devices.Resolve(Precision.Auto, CPU));
    }
}
