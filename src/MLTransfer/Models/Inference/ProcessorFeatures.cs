using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Models;

/// <summary>What this processor computes with.</summary>
public static class ProcessorFeatures
{
    /// <summary>Whether it has instructions for bfloat16 products (AVX512-BF16 or AMX-BF16).</summary>
    public static bool BFloat16 { get; } = HasBFloat16();

    /// <summary>Whether it tells nothing of its caches, as in virtual machines that keep it to themselves.</summary>
    internal static bool HidesCaches { get; } = TellsNoCaches();

    // Intel SDM, volume 2A, CPUID: leaf 4, EAX bits 0 to 4 are the kind of a cache, 0 for none; AMD APM, volume 3: leaf 8000_001D has them alike.
    private static bool TellsNoCaches()
    {
        if (!X86Base.IsSupported) return false;
        const int AmdCaches = unchecked((int)0x8000_001D);
        bool byIntelsLeaf = X86Base.CpuId(0, 0).Eax >= 4 && (X86Base.CpuId(4, 0).Eax & 0x1f) != 0;
        bool byAmdsLeaf = X86Base.CpuId(unchecked((int)0x8000_0000), 0).Eax >= AmdCaches && (X86Base.CpuId(AmdCaches, 0).Eax & 0x1f) != 0;
        return !byIntelsLeaf && !byAmdsLeaf;
    }

    // Intel SDM, volume 2A, CPUID: leaf 7, sub-leaf 1, EAX bit 5 is AVX512_BF16; leaf 7, sub-leaf 0, EDX bit 22 is AMX-BF16.
    private static bool HasBFloat16()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7 || !Avx512F.IsSupported) return false;
        return (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
    }
}
