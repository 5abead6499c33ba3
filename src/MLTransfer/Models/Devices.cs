using System.Runtime.Intrinsics.X86;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>Turns what was asked for into a device and a number format of torch.</summary>
internal static class Devices
{
    /// <exception cref="InvalidOperationException">CUDA is asked for and there is no CUDA device.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static Device Resolve(DeviceKind kind)
    {
        TorchLibrary.Require();
        return kind switch
        {
            DeviceKind.Cpu => CPU,
            DeviceKind.Auto => cuda.is_available() ? CUDA : CPU,
            DeviceKind.Cuda when cuda.is_available() => CUDA,
            DeviceKind.Cuda => throw new InvalidOperationException(
                "Device is Cuda, and torch sees no CUDA device. Use Auto or Cpu, or install the CUDA build of libtorch and an NVIDIA "
                + "driver."),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such device."),
        };
    }

    /// <summary>bfloat16 is chosen by itself on processors only: what it gains there was measured.</summary>
    public static ScalarType Resolve(Precision precision, Device device) => precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Auto => device.type == DeviceType.CPU && ProcessorFeatures.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}

/// <summary>What this processor computes with.</summary>
public static class ProcessorFeatures
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
