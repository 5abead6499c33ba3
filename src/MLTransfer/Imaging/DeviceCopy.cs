using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Imaging;

/// <summary>Copies tensors to the device of a network and reads results from it, so that the device seldom waits for the program.</summary>
/// <remarks>
/// From ordinary memory torch copies to a CUDA device only after all that was launched before, and the program waits for that. From
/// page-locked memory the device copies by itself, and the program goes on, ahead of it. A single copy of another kind, be it of a few
/// labels, would stop that. TorchSharp 0.107 has neither streams nor events: all is done in the order in which it was launched, a copy
/// between two batches, not beside one, and who reads a result waits for all that was launched until then.
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

    /// <summary>How many batches are launched on a device before the results of the first are read; a processor computes at once.</summary>
    public static int BatchesPerRead(Device device) => device.type == DeviceType.CPU ? 1 : 4;

    /// <summary>Launches several batches, hands their results on, and so forth; the caller disposes what it gets.</summary>
    /// <param name="launched">Launches a batch with each step.</param>
    /// <param name="count">How many are launched before the first is handed on.</param>
    public static IEnumerable<T> InGroups<T>(IEnumerable<T> launched, int count)
        where T : IDisposable
    {
        var waiting = new Queue<T>(count);
        try
        {
            foreach (T batch in launched)
            {
                waiting.Enqueue(batch);
                if (waiting.Count < count) continue;
                while (waiting.TryDequeue(out T? first)) yield return first;
            }

            while (waiting.TryDequeue(out T? rest)) yield return rest;
        }
        finally
        {
            foreach (T batch in waiting) batch.Dispose();
        }
    }
}
