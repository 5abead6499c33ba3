using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

public class DevicesTests
{
    [Fact]
    public void Without_a_CUDA_device_asking_for_one_is_an_error_that_says_what_to_do()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Devices.Choose(DeviceKind.Cuda, hasCuda: false));
        Assert.Contains("torch sees none. Compute on the processor, or install the CUDA build of libtorch", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceKind.Auto, false, DeviceType.CPU)]
    [InlineData(DeviceKind.Auto, true, DeviceType.CUDA)]
    [InlineData(DeviceKind.Cpu, true, DeviceType.CPU)]
    [InlineData(DeviceKind.Cuda, true, DeviceType.CUDA)]
    public void The_device_is_the_one_asked_for_and_auto_prefers_CUDA(DeviceKind asked, bool hasCuda, DeviceType device) =>
        Assert.Equal(device, Devices.Choose(asked, hasCuda));

    [Theory]
    [InlineData(Precision.Auto, true, ScalarType.BFloat16)]
    [InlineData(Precision.Auto, false, ScalarType.Float32)]
    [InlineData(Precision.BFloat16, false, ScalarType.BFloat16)]
    [InlineData(Precision.Float32, true, ScalarType.Float32)]
    public void Bfloat16_is_chosen_automatically_only_on_devices_that_are_faster_with_it(
        Precision asked, bool isFasterInBFloat16, ScalarType type) =>
        Assert.Equal(type, Devices.Choose(asked, isFasterInBFloat16));

    [Theory]
    [InlineData(true, true, "GenuineIntel", true)]
    [InlineData(true, false, "GenuineIntel", false)]
    [InlineData(true, false, "AuthenticAMD", true)]
    [InlineData(false, false, "AuthenticAMD", false)]
    public void Bfloat16_is_fast_with_tiles_and_on_processors_of_AMD_with_vectors(bool vectors, bool tiles, string vendor, bool isFast) =>
        Assert.Equal(isFast, ProcessorFeatures.IsFast(vectors, tiles, vendor));
}
