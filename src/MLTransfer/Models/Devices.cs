using System.Runtime.Intrinsics.X86;
using System.Text;
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
            "A CUDA device was asked for, and torch sees none. Compute on the processor, or install the CUDA build of libtorch and an "
            + "NVIDIA driver; 'mlt doctor' says which of them is missing."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such device."),
    };

    /// <summary>Auto means bfloat16 on devices that compute faster with it, and float32 elsewhere.</summary>
    public static ScalarType Resolve(Precision precision, Device device) => Choose(
        precision,
        device.type == DeviceType.CPU ? ProcessorFeatures.FastBFloat16 : CudaDriver.First?.HasBFloat16 == true);

    /// <summary>As <see cref="Resolve(Precision, Device)"/>, with the device's speed in bfloat16 given.</summary>
    public static ScalarType Choose(Precision precision, bool isFasterInBFloat16) => precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Auto => isFasterInBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}

/// <summary>The instructions of this processor.</summary>
internal static class ProcessorFeatures
{
    /// <summary>Whether it has AVX512-BF16: products of bfloat16 in vectors.</summary>
    public static bool Avx512BFloat16 { get; } = Has(subleaf: 1, registers => registers.Eax, bit: 5);

    /// <summary>Whether it has AMX-BF16: products of bfloat16 in tiles.</summary>
    public static bool AmxBFloat16 { get; } = Has(subleaf: 0, registers => registers.Edx, bit: 22);

    /// <summary>Whether bfloat16 is faster here than float32.</summary>
    public static bool FastBFloat16 { get; } = IsFast(Avx512BFloat16, AmxBFloat16, Vendor());

    /// <summary>
    /// With AMX it is. With AVX512-BF16 alone, the instructions of AMD's processors do twice as many products in the same time as those for
    /// float32, and Intel's no more: a Xeon without AMX, as virtual machines may have it, ran ResNet-18 in bfloat16 0.56 times as fast.
    /// </summary>
    /// <param name="hasVectors">Whether the processor has AVX512-BF16.</param>
    /// <param name="hasTiles">Whether the processor has AMX-BF16.</param>
    /// <param name="vendor">The name of its maker as CPUID has it.</param>
    public static bool IsFast(bool hasVectors, bool hasTiles, string vendor) => hasTiles || hasVectors && vendor == "AuthenticAMD";

    // Intel SDM, volume 2A, CPUID: the features of leaf 7.
    private static bool Has(int subleaf, Func<(int Eax, int Ebx, int Ecx, int Edx), int> register, int bit) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && Avx512F.IsSupported
        && (register(X86Base.CpuId(7, subleaf)) >> bit & 1) == 1;

    // As above: leaf 0 has the name in EBX, EDX and ECX.
    private static string Vendor()
    {
        if (!X86Base.IsSupported) return "";
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString([.. BitConverter.GetBytes(ebx), .. BitConverter.GetBytes(edx), .. BitConverter.GetBytes(ecx)]);
    }
}
