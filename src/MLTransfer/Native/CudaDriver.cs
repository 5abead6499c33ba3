using System.Runtime.InteropServices;
using System.Text;

namespace MLTransfer.Native;

/// <summary>A CUDA device as NVIDIA's driver describes it; TorchSharp only counts devices.</summary>
/// <param name="Name">Its name, such as <c>NVIDIA A100-SXM4-40GB</c>.</param>
/// <param name="Major">The first number of its compute capability.</param>
/// <param name="Minor">The second one.</param>
internal sealed record CudaDevice(string Name, int Major, int Minor)
{
    /// <summary>Its compute capability, such as 8.0.</summary>
    public string ComputeCapability => $"{Major}.{Minor}";

    /// <summary>
    /// Whether it multiplies bfloat16, as devices from compute capability 8.0 on do; older ones emulate it (NVIDIA, CUDA C++ Programming
    /// Guide, compute capabilities).
    /// </summary>
    public bool HasBFloat16 => Major >= 8;
}

/// <summary>NVIDIA's driver, where there is one (NVIDIA, CUDA Driver API).</summary>
internal static unsafe class CudaDriver
{
    // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
    private const int Major = 75, Minor = 76;
    private const int LongestName = 256, Success = 0;

    private static readonly Lazy<CudaDevice?> FirstDevice =
        new(() => FirstOf(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1"));

    /// <summary>
    /// The device that torch calls <c>cuda:0</c>, for the environment's <c>CUDA_VISIBLE_DEVICES</c> holds for both; null where there is
    /// none.
    /// </summary>
    public static CudaDevice? First => FirstDevice.Value;

    /// <summary>The first device of a driver; null where there is no such library, or no device.</summary>
    /// <param name="library">The driver's library.</param>
    internal static CudaDevice? FirstOf(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint driver)
            || !NativeLibrary.TryGetExport(driver, "cuInit", out nint initialize)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGet", out nint get)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGetName", out nint getName)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGetAttribute", out nint getAttribute)) return null;
        int device = 0, major = 0, minor = 0;
        byte* name = stackalloc byte[LongestName];
        bool isThere = ((delegate* unmanaged<uint, int>)initialize)(0) == Success
            && ((delegate* unmanaged<int*, int, int>)get)(&device, 0) == Success
            && ((delegate* unmanaged<byte*, int, int, int>)getName)(name, LongestName, device) == Success
            && ((delegate* unmanaged<int*, int, int, int>)getAttribute)(&major, Major, device) == Success
            && ((delegate* unmanaged<int*, int, int, int>)getAttribute)(&minor, Minor, device) == Success;
        if (!isThere) return null;
        ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        return new(Encoding.UTF8.GetString(text), major, minor);
    }
}
