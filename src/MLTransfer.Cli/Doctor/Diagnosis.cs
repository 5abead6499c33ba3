using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Cli.Doctor;

/// <summary>What 'mlt doctor' finds.</summary>
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
    internal static Diagnosis Of(string? cacheFolder)
    {
        var assembly = typeof(Diagnosis).Assembly;
        var libtorch = LibtorchDiagnosis.Made();
        return new(
            assembly.GetName().Version!.ToString(3),
            PackageDiagnosis.Made(),
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            new(Environment.ProcessorCount, libtorch.Threads, VectorInstructions.Found()),
            ProcessorFeatures.BFloat16,
            libtorch,
            CudaDiagnosis.Made(libtorch),
            CacheDiagnosis.Below(cacheFolder));
    }
}

/// <summary>The processor: its cores, the threads that libtorch uses, and the vector instructions that matter for the work.</summary>
internal sealed record ProcessorDiagnosis(int Cores, int? Threads, IReadOnlyList<string> Features);

/// <summary>The versions of the packages that do the work.</summary>
internal sealed record PackageDiagnosis(
    [property: JsonPropertyName("microsoft_ml")] string MicrosoftML, [property: JsonPropertyName("torchsharp")] string TorchSharp)
{
    internal static PackageDiagnosis Made() => new(VersionOf(typeof(MLContext)), VersionOf(typeof(torch)));

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

/// <summary>One folder of the user's cache.</summary>
internal sealed record CacheDiagnosis(string Name, string Path, int Files, long Bytes)
{
    internal static IReadOnlyList<CacheDiagnosis> Below(string? cacheFolder) => cacheFolder is null ? [] :
    [
        Of(CommandLine.CacheFolders.Features, cacheFolder),
        Of(CommandLine.CacheFolders.Weights, cacheFolder),
        Of(CommandLine.CacheFolders.Demo, cacheFolder),
    ];

    private static CacheDiagnosis Of(string name, string cacheFolder)
    {
        var folder = new DirectoryInfo(global::System.IO.Path.Combine(cacheFolder, name));
        // A link may lead round and round.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = folder.Exists ? folder.GetFiles("*", options) : [];
        return new(name, folder.FullName, files.Length, files.Sum(file => file.Length));
    }
}
