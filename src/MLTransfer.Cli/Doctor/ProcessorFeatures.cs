using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MLTransfer.Cli.Doctor;

/// <summary>The vector and matrix instructions that decide how fast a convolution is.</summary>
internal static class ProcessorFeatures
{
    private const string Avx512Bf16 = "AVX512-BF16";
    private const string AmxBf16 = "AMX-BF16";
    private const string CpuInfo = "/proc/cpuinfo";

    // What .NET does not report the kernel does.
    private static readonly (string Name, string Flag)[] KernelFlags = [(Avx512Bf16, "avx512_bf16"), (AmxBf16, "amx_bf16")];

    internal static IReadOnlyList<string> Found()
    {
        var flags = Flags();
        (string Name, bool Present)[] intrinsics =
            [("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512", Avx512F.IsSupported), ("AdvSimd", AdvSimd.IsSupported)];
        return
        [
            .. intrinsics.Where(feature => feature.Present).Select(feature => feature.Name),
            .. KernelFlags.Where(feature => flags.Contains(feature.Flag)).Select(feature => feature.Name),
        ];
    }

    /// <summary>Whether the processor multiplies bf16 numbers itself, so that bf16 is faster than float32.</summary>
    internal static bool MultiplyBf16(IReadOnlyList<string> features) => features.Contains(Avx512Bf16) || features.Contains(AmxBf16);

    private static HashSet<string> Flags() => File.Exists(CpuInfo)
        ? [.. File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? []]
        : [];
}
