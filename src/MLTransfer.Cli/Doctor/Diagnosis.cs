using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.Json.Serialization;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;

namespace MLTransfer.Cli.Doctor;

/// <summary>The findings, and the JSON, of 'mlt doctor'.</summary>
internal sealed record Diagnosis(
    string Version,
    PackageDiagnosis Packages,
    string Dotnet,
    string System,
    ProcessorDiagnosis Processor,
    bool Bf16Inference,
    LibtorchDiagnosis Libtorch,
    CudaDiagnosis Cuda,
    IReadOnlyList<CacheDiagnosis> Caches)
{
    internal static Diagnosis Run(string? cacheFolder)
    {
        var assembly = typeof(Diagnosis).Assembly;
        var libtorch = LibtorchDiagnosis.Run();
        return new(
            assembly.GetName().Version!.ToString(3),
            PackageDiagnosis.Run(),
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            new(Environment.ProcessorCount, libtorch.Threads, VectorInstructions.Detect()),
            ProcessorFeatures.FastBFloat16,
            libtorch,
            CudaDiagnosis.Run(libtorch),
            CacheDiagnosis.Run(cacheFolder));
    }
}

/// <summary>The processor: its logical cores, the threads that libtorch uses, and the vector instructions that decide its speed.</summary>
internal sealed record ProcessorDiagnosis(int Cores, int? Threads, IReadOnlyList<string> Features);

/// <summary>The versions of ML.NET and TorchSharp.</summary>
internal sealed record PackageDiagnosis(
    [property: JsonPropertyName("microsoft_ml")] string MicrosoftML, [property: JsonPropertyName("torchsharp")] string TorchSharp)
{
    internal static PackageDiagnosis Run() => new(VersionOf(typeof(MLContext)), VersionOf(typeof(torch)));

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

/// <summary>A folder of the user's cache.</summary>
internal sealed record CacheDiagnosis(string Name, string Path, int Files, long Bytes)
{
    internal static IReadOnlyList<CacheDiagnosis> Run(string? cacheFolder) => cacheFolder is null ? [] :
    [
        Measure(CacheFolders.Features, cacheFolder),
        Measure(CacheFolders.Weights, cacheFolder),
        Measure(CacheFolders.Datasets, cacheFolder),
        Measure(CacheFolders.Downloads, cacheFolder),
        Measure(CacheFolders.Demo, cacheFolder),
    ];

    private static CacheDiagnosis Measure(string name, string cacheFolder)
    {
        var folder = new DirectoryInfo(global::System.IO.Path.Combine(cacheFolder, name));
        // Links may form a cycle.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = folder.Exists ? folder.GetFiles("*", options) : [];
        return new(name, folder.FullName, files.Length, files.Sum(file => file.Length));
    }
}

/// <summary>Whether libtorch loads and computes, and whether TorchSharp's native library had to be patched for this system.</summary>
internal sealed record LibtorchDiagnosis(
    string? Version,
    bool Works,
    bool Corrected,
    bool CachesTold,
    bool KeepsFreedMemory,
    [property: JsonIgnore] int? Threads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    internal static LibtorchDiagnosis Run()
    {
        try
        {
            CommandLine.Threads.Use(null);
            return new(torch.__version__, ConvolutionRuns(), TorchLibrary.IsCorrected, ProcessorCaches.AreCorrected,
                Allocator.KeepsFreedMemory, torch.get_num_threads(), null);
        }
        catch (Exception failure)
        {
            return new(null, false, false, false, false, null, failure.GetBaseException().Message);
        }
    }

    /// <summary>A 3×3 convolution of ones over three channels of ones gives 27 at every position.</summary>
    private static bool ConvolutionRuns()
    {
        using var scope = torch.NewDisposeScope();
        var answer = torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3));
        return answer.min().item<float>() == 27 && answer.max().item<float>() == 27;
    }
}

/// <summary>The number of CUDA devices that libtorch can use, or why there are none.</summary>
internal sealed record CudaDiagnosis(int Devices, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    /// <summary>The name of the first one, which is used; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Its compute capability, such as 8.0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ComputeCapability { get; init; }

    /// <summary>Whether it multiplies bfloat16.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Bf16 { get; init; }

    internal static CudaDiagnosis Run(LibtorchDiagnosis libtorch)
    {
        if (!libtorch.Works)
            return new(0, "libtorch does not work");
        if (torch.cuda.is_available())
            return Of(torch.cuda.device_count(), CudaDriver.First);
        return new(0, CudaDriver.First is { Name: var name }
            ? $"the NVIDIA driver has {name}, but this libtorch was built without CUDA or for another version of it"
            : "there is no NVIDIA driver with a device on this machine");
    }

    internal static CudaDiagnosis Of(int devices, CudaDevice? first) =>
        new(devices, null) { Name = first?.Name, ComputeCapability = first?.ComputeCapability, Bf16 = first?.HasBFloat16 };
}

/// <summary>The vector and matrix instructions that decide the speed of a convolution.</summary>
internal static class VectorInstructions
{
    internal static IReadOnlyList<string> Detect()
    {
        (string Name, bool Present)[] features =
        [
            ("AVX2", Avx2.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX-512", Avx512F.IsSupported),
            ("AVX512-BF16", ProcessorFeatures.Avx512BFloat16),
            ("AMX-BF16", ProcessorFeatures.AmxBFloat16),
            ("AdvSimd", AdvSimd.IsSupported),
        ];
        return [.. features.Where(feature => feature.Present).Select(feature => feature.Name)];
    }
}
