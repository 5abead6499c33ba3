using System.Runtime.Intrinsics.X86;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>Turns the options for device and precision into torch's device and type.</summary>
internal static class Devices
{
    /// <exception cref="InvalidOperationException">CUDA was requested, but there is no CUDA device.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static Device Resolve(DeviceKind kind)
    {
        TorchLibrary.Require();
        return Choose(kind, cuda.is_available()) == DeviceType.CUDA ? CUDA : CPU;
    }

    /// <exception cref="InvalidOperationException">CUDA was requested, but there is no CUDA device.</exception>
    public static DeviceType Choose(DeviceKind kind, bool hasCuda) => kind switch
    {
        DeviceKind.Cpu => DeviceType.CPU,
        DeviceKind.Auto => hasCuda ? DeviceType.CUDA : DeviceType.CPU,
        DeviceKind.Cuda when hasCuda => DeviceType.CUDA,
        DeviceKind.Cuda => throw new InvalidOperationException(
            "Device is Cuda, and torch sees no CUDA device. Use Auto or Cpu, or install the CUDA build of libtorch and an NVIDIA driver."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such device."),
    };

    /// <summary>Auto means bfloat16 on processors that compute with it, where the gain was measured, and float32 elsewhere.</summary>
    public static ScalarType Resolve(Precision precision, Device device) => Choose(precision, device.type, ProcessorFeatures.BFloat16);

    /// <summary>As <see cref="Resolve(Precision, Device)"/>, with the processor's support for bfloat16 given.</summary>
    public static ScalarType Choose(Precision precision, DeviceType device, bool hasBFloat16) => precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Auto => device == DeviceType.CPU && hasBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}

/// <summary>The instructions of this processor.</summary>
internal static class ProcessorFeatures
{
    /// <summary>Whether it has instructions for bfloat16 products (AVX512-BF16 or AMX-BF16).</summary>
    public static bool BFloat16 { get; } = HasBFloat16();

    // Intel SDM, volume 2A, CPUID: leaf 7, sub-leaf 1, EAX bit 5 is AVX512_BF16; leaf 7, sub-leaf 0, EDX bit 22 is AMX-BF16.
    private static bool HasBFloat16()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7 || !Avx512F.IsSupported) return false;
        return (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
    }
}
