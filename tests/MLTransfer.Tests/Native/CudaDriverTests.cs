using MLTransfer.Native;

namespace MLTransfer.Tests.Native;

public class CudaDriverTests
{
    [Theory]
    [InlineData("libcuda-that-is-not-there.so.1")]
    [InlineData("libc.so.6")]
    public void Without_the_driver_there_is_no_device(string library) => Assert.Null(CudaDriver.FirstOf(library));

    [Theory]
    [InlineData(7, 5, "7.5", false)]
    [InlineData(8, 0, "8.0", true)]
    [InlineData(9, 0, "9.0", true)]
    public void Devices_have_bfloat16_from_compute_capability_8_on(int major, int minor, string capability, bool hasBFloat16)
    {
        var device = new CudaDevice("a device", major, minor);
        Assert.Equal((capability, hasBFloat16), (device.ComputeCapability, device.HasBFloat16));
    }
}
