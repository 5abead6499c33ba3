using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Cli.Doctor;

/// <summary>The vector and matrix instructions that decide how fast a convolution is.</summary>
internal static class VectorInstructions
{
    internal static IReadOnlyList<string> Found()
    {
        (string Name, bool Present)[] features =
        [
            ("AVX2", Avx2.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX-512", Avx512F.IsSupported),
            ("AVX512-BF16", Avx512F.IsSupported && HasAvx512Bf16()),
            ("AMX-BF16", Avx512F.IsSupported && HasAmxBf16()),
            ("AdvSimd", AdvSimd.IsSupported),
        ];
        return [.. features.Where(feature => feature.Present).Select(feature => feature.Name)];
    }

    // .NET does not report these two. Intel SDM, volume 2A, CPUID: leaf 7, sub-leaf 1, EAX bit 5 and leaf 7, sub-leaf 0, EDX bit 22.
    private static bool HasAvx512Bf16() => (X86Base.CpuId(7, 1).Eax >> 5 & 1) == 1;

    private static bool HasAmxBf16() => (X86Base.CpuId(7, 0).Edx >> 22 & 1) == 1;
}
