using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Imaging;

/// <summary>Copies tensors to the device of a network.</summary>
/// <remarks>
/// torch copies from ordinary memory to a CUDA device only when all that the device has to do before is done, and waits for that. From
/// page-locked memory the device copies by itself, while the program goes on: it decodes, and launches the following work, ahead of the
/// device. Each batch needs several such copies, of pixels, classes and numbers, and a single one from ordinary memory would stop it.
/// TorchSharp 0.107 has no streams: a copy is done between the steps, not beside them, but the device never waits for the program.
/// </remarks>
internal static class DeviceCopy
{
    /// <summary>The same values on a device; the tensor itself where they are there. The program does not wait for the copy.</summary>
    /// <param name="values">In the processor's memory; may be changed or disposed at once.</param>
    /// <param name="device">The device.</param>
    public static Tensor To(Tensor values, Device device)
    {
        if (device.type == DeviceType.CPU) return values;
        if (device.type != DeviceType.CUDA) return values.to(device);
        // torch keeps page-locked memory, and uses it again only after the device has copied it.
        using Tensor locked = values.pin_memory();
        return locked.to(device, non_blocking: true);
    }
}
