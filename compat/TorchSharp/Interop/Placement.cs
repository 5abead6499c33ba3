using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Where and of what type a new tensor is; the shim's structure of the same name.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Placement
{
    private readonly int _dtype;
    private readonly int _deviceType;
    private readonly int _deviceIndex;
    private readonly int _requiresGrad;

    internal Placement(torch.ScalarType dtype, DeviceType deviceType, int deviceIndex, bool requiresGrad = false)
    {
        _dtype = (int)dtype;
        _deviceType = (int)deviceType;
        _deviceIndex = deviceIndex;
        _requiresGrad = requiresGrad ? 1 : 0;
    }

    /// <exception cref="NotSupportedException">Names of dimensions were given: the stand-in has none.</exception>
    internal static Placement Of(torch.ScalarType? dtype, torch.Device? device, bool requiresGrad, string[]? names = null)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("The TorchSharp stand-in has no named dimensions; leave 'names' out.");
        device = torch.InitializeDevice(device);
        return new Placement(dtype ?? torch.get_default_dtype(), device.type, device.index, requiresGrad);
    }
}
