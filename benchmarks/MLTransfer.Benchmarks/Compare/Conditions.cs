using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>The machine and the versions that figures were measured with.</summary>
internal sealed record Conditions(
    string Processor, int Cores, int Threads, bool BFloat16, string System, string DotNet, string MLNet, string TorchSharp,
    string Libtorch, string OnnxRuntime, string PyTorch, string Torchvision)
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    internal string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores, {Threads} threads, {System}; .NET {DotNet}, ML.NET {MLNet}, TorchSharp {TorchSharp}, "
        + $"libtorch {Libtorch}, ONNX Runtime {OnnxRuntime}; PyTorch {PyTorch}, torchvision {Torchvision}");

    internal static async Task<Conditions> OfAsync(string python, int threads, CancellationToken cancel)
    {
        using var peer = new PythonPeer(python, "import torch, torchvision; print(torch.__version__, torchvision.__version__)");
        var versions = (await peer.AnswerAsync(cancel).ConfigureAwait(false)).Split(' ');
        return new(
            ProcessorName() + Vectors, Environment.ProcessorCount, threads, ProcessorFeatures.FastBFloat16,
            RuntimeInformation.OSDescription, Environment.Version.ToString(), VersionOf(typeof(MLContext)), VersionOf(typeof(torch)),
            torch.__version__, OrtEnv.Instance().GetVersionString(), versions[0], versions[1]);
    }

    // The same name may stand for processors of several generations.
    private static string Vectors => Avx512F.IsSupported ? ", AVX-512" : Avx2.IsSupported ? ", AVX2" : "";

    private static string ProcessorName() =>
        File.Exists(LinuxProcessors)
        && File.ReadLines(LinuxProcessors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    // The part after the plus sign is a commit.
    private static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? FileVersionInfo.GetVersionInfo(type.Assembly.Location).FileVersion ?? "unknown";
}
