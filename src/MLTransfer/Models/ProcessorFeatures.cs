using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Models;

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
